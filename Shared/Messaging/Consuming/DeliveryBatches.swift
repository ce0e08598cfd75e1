/// The messages of a queue, in batches: each is all that was there when it was asked for, up to a limit. Nothing waits
/// for a batch to fill, so a lone message on an idle system comes at once.
///
/// Each iterator is a consumer of its own. Leaving the loop, or cancelling its task, cancels the consumer and gives back
/// what nobody has seen; batches in hand can still be settled for a while. The sequence ends when the client stops.
/// It survives reconnects, a deleted queue and a closed channel by consuming again.
public struct DeliveryBatches: AsyncSequence, Sendable {
    /// At least one delivery, and at most `batch` of them.
    public typealias Element = DeliveryBatch
    /// Loops need no `try`: trouble with the broker is waited out, not thrown.
    public typealias Failure = Never

    let connection: ConsumeConnection
    let queue: String
    let prefetch: Int
    let batch: Int

    /// Begins a consumer on a channel of its own, with `prefetch` as its limit of unsettled messages (`basic.qos`).
    public func makeAsyncIterator() -> Iterator {
        Iterator(subscription: Subscription(connection: connection, queue: queue, prefetch: prefetch), batch: batch)
    }

    /// One consumer; it is cancelled when the last copy of its iterator is gone.
    public struct Iterator: AsyncIteratorProtocol {
        let subscription: Subscription
        let batch: Int

        /// Waits until there is at least one message. `nil` once the client stops or the task is cancelled.
        public mutating func next() async -> DeliveryBatch? {
            await subscription.buffer.next(limit: batch)
        }

        /// The same for loops on an actor: it only waits, so the isolation makes no difference.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> DeliveryBatch? {
            await subscription.buffer.next(limit: batch)
        }
    }

    /// Its end is the end of the iterator, and so of the consumer.
    final class Subscription: Sendable {
        let buffer: DeliveryBuffer

        init(connection: ConsumeConnection, queue: String, prefetch: Int) {
            buffer = DeliveryBuffer(queue: queue, prefetch: prefetch, connection: connection)
            connection.subscribe(buffer)
        }

        deinit { buffer.abandon() }
    }
}
