/// What a queue had ready at one moment, in its order.
///
/// Every delivery is to be settled once. Settling never waits: the connection's thread sends it. A second settlement of
/// the same delivery does nothing, and neither does one that comes after the connection was lost, for then the broker
/// delivers again. What is never settled counts against `prefetch` until the consumer ends, and is delivered again then.
public struct DeliveryBatch: Sendable {
    /// In the queue's order, all of one channel; from a broker never empty.
    public let deliveries: [Delivery]
    let buffer: DeliveryBuffer?
    let generation: Int

    /// A batch that no broker made, to try handlers on; settling it does nothing.
    public init(_ deliveries: [Delivery]) {
        self.init(deliveries, buffer: nil, generation: 0)
    }

    init(_ deliveries: [Delivery], buffer: DeliveryBuffer?, generation: Int) {
        self.deliveries = deliveries
        self.buffer = buffer
        self.generation = generation
    }

    /// Done: the broker forgets all that is not settled yet.
    public func acknowledge() { settle(.acknowledge) }

    /// Done with these.
    public func acknowledge(_ some: some Sequence<Delivery>) { settle(.acknowledge, some) }

    /// Back to the queue, to be delivered again at once, marked `redelivered`: all that is not settled yet.
    public func requeue() { settle(.requeue) }

    /// These back to the queue.
    public func requeue(_ some: some Sequence<Delivery>) { settle(.requeue, some) }

    /// Never again: all that is not settled yet goes to the queue's dead-letter exchange, or is gone where it has none.
    public func reject() { settle(.reject) }

    /// These to the dead-letter exchange.
    public func reject(_ some: some Sequence<Delivery>) { settle(.reject, some) }

    /// False once a new channel was opened: then what is not settled comes again, and settling it here does nothing.
    public var isCurrent: Bool { buffer?.isCurrent(generation) ?? true }

    private func settle(_ verdict: Verdict) {
        guard let buffer, let first = deliveries.first, let last = deliveries.last else { return }
        buffer.settle(Settlement(generation: generation, verdict: verdict, tags: .range(first.tag...last.tag)))
    }

    private func settle(_ verdict: Verdict, _ some: some Sequence<Delivery>) {
        guard let buffer else { return }
        let tags = some.map(\.tag)
        guard !tags.isEmpty else { return }
        buffer.settle(Settlement(generation: generation, verdict: verdict, tags: .list(tags)))
    }
}

extension DeliveryBatch: RandomAccessCollection {
    /// Always 0: positions are offsets, as ``deliveries`` has them.
    public var startIndex: Int { 0 }
    /// The number of deliveries.
    public var endIndex: Int { deliveries.count }
    /// The delivery at an offset; traps outside of ``startIndex`` and ``endIndex``.
    public subscript(position: Int) -> Delivery { deliveries[position] }
}
