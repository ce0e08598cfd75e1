internal import CRabbitMQ

/// One consumer, with a channel of its own while it consumes. Belongs to the connection's thread.
final class ConsumerChannel {
    enum Phase {
        /// To be started at that moment.
        case waiting(until: ContinuousClock.Instant)
        /// Asked for; the broker has yet to agree. A queue without a leader takes its time, and it is not waited for in a
        /// call, so that the other consumers go on. At that moment it is said that it takes long.
        case starting(overdue: ContinuousClock.Instant?)
        case consuming
        /// Cancelled; the channel stays until what handlers hold is settled, or until that moment.
        case leaving(until: ContinuousClock.Instant)
    }

    /// A delivery of which not all frames have come.
    private struct Incoming {
        let tag: UInt64
        let redelivered: Bool
        let exchange: String
        let routingKey: String
        var properties: MessageProperties?
        var body: [UInt8] = []
        var bodySize: UInt64 = 0
    }

    /// No more is set aside for a body before its bytes come.
    private static let largestReservation: UInt64 = 1 << 20

    let buffer: DeliveryBuffer
    var phase: Phase
    var backoff: Backoff
    /// 0 while there is none.
    private(set) var channel: UInt16 = 0
    private(set) var generation = 0
    private var ledger = SettlementLedger()
    private var incoming: Incoming?
    private var arrived: [Delivery] = []
    private var lastExchange = ""
    private var lastRoutingKey = ""

    init(_ buffer: DeliveryBuffer, backoff: Backoff) {
        self.buffer = buffer
        self.backoff = backoff
        phase = .waiting(until: .now)
    }

    var holdsDeliveries: Bool { !ledger.isEmpty }
    var hasArrivals: Bool { !arrived.isEmpty }
    var isConsuming: Bool { if case .consuming = phase { true } else { false } }
    var consumerTag: String { "busbar-\(generation)" }

    /// A new channel: the old one's deliveries will come again.
    func begin(channel: UInt16) {
        forget()
        self.channel = channel
    }

    func forget() {
        channel = 0
        generation += 1
        ledger = SettlementLedger()
        incoming = nil
        arrived.removeAll(keepingCapacity: true)
        buffer.begin(generation: generation)
    }

    // MARK: - Frames

    func take(_ deliver: amqp_basic_deliver_t) {
        incoming = Incoming(
            tag: deliver.delivery_tag,
            redelivered: deliver.redelivered != 0,
            exchange: shared(deliver.exchange, &lastExchange),
            routingKey: shared(deliver.routing_key, &lastRoutingKey)
        )
        ledger.deliver(deliver.delivery_tag)
    }

    func take(_ properties: amqp_basic_properties_t, bodySize: UInt64) {
        incoming?.properties = MessageProperties(properties)
        incoming?.bodySize = bodySize
        incoming?.body.reserveCapacity(Int(min(bodySize, Self.largestReservation)))
        finish()
    }

    func take(_ bytes: UnsafeRawBufferPointer) {
        incoming?.body.append(contentsOf: bytes)
        finish()
    }

    private func finish() {
        guard let message = incoming, let properties = message.properties,
            UInt64(message.body.count) >= message.bodySize
        else { return }
        incoming = nil
        let contents = Delivery.Contents(
            body: message.body,
            properties: properties,
            exchange: message.exchange,
            routingKey: message.routingKey,
            queue: buffer.queue
        )
        arrived.append(Delivery(contents: contents, tag: message.tag, redelivered: message.redelivered))
    }

    /// Neighbours mostly have the same: then no new string is made.
    private func shared(_ bytes: amqp_bytes_t, _ last: inout String) -> String {
        let isSame = last.utf8.withContiguousStorageIfAvailable { $0.elementsEqual(bytes.buffer) } ?? false
        if !isSame { last = String(bytes) }
        return last
    }

    // MARK: - Handing over and settling

    /// - Returns: how many deliveries were handed over, and what to tell the broker if nobody wants them.
    func handOver() -> (count: Int, commands: [SettlementLedger.Command]) {
        let deliveries = arrived
        arrived.removeAll(keepingCapacity: true)
        if buffer.append(deliveries) { return (deliveries.count, []) }
        return (0, ledger.settle(.list(deliveries.map(\.tag)), .requeue).commands)
    }

    /// What the settlements that have come since mean for the broker.
    func takeSettlements() -> (commands: [SettlementLedger.Command], acknowledged: Int, handedBack: Int) {
        var commands: [SettlementLedger.Command] = []
        var acknowledged = 0
        var handedBack = 0
        for settlement in buffer.takeSettlements() where settlement.generation == generation {
            let result = ledger.settle(settlement.tags, settlement.verdict)
            commands += result.commands
            if settlement.verdict == .acknowledge {
                acknowledged += result.settled
            } else {
                handedBack += result.settled
            }
        }
        return (commands, acknowledged, handedBack)
    }
}
