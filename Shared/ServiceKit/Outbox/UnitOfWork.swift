public import Messaging
public import Models
public import Storage
internal import Synchronization
public import Telemetry

/// One transaction and the messages that leave if, and only if, it commits.
///
/// A handler reads and writes through ``database`` and publishes here; nothing leaves the process before the commit.
/// Valid only inside the body that received it.
public final class UnitOfWork: Sendable {
    /// The transaction. It ends with the body; do not commit it.
    public let database: PostgresTransaction
    /// Domain time at the beginning of the transaction: the same for everything in it.
    public let now: Timestamp

    private let codec: MessageCodec
    private let ids: OrderedIDs
    private let rows = Mutex<[OutboxMessage]>([])
    private let last = Mutex<[SQL]>([])
    private let hooks = Mutex<[Hook]>([])

    private struct Hook: Sendable {
        var body: @Sendable () -> Void
    }

    init(database: PostgresTransaction, codec: MessageCodec, ids: OrderedIDs, now: Timestamp) {
        self.database = database
        self.codec = codec
        self.ids = ids
        self.now = now
    }

    /// Publishes a message of the catalogue after the commit.
    /// - Parameters:
    ///   - id: its `message_id`; a new one unless given.
    ///   - cause: the delivery it answers, whose trace it continues.
    /// - Throws: `EncodingError` or ``OversizedMessage``; then the transaction should fail too.
    public func publish(_ message: some Message, id: UUIDv7? = nil, causedBy cause: Delivery? = nil) throws {
        try publish(message, id: id, in: cause?.trace ?? TraceContext.current)
    }

    /// The same in a given trace, or none.
    public func publish(_ message: some Message, id: UUIDv7? = nil, in trace: TraceContext?) throws {
        let row = ids.next(at: now)
        let outgoing = try codec.outgoing(message, id: id ?? row, trace: trace)
        rows.withLock { $0.append(OutboxMessage(outgoing, id: row, at: now)) }
    }

    /// Publishes a message that is already encoded. Its headers travel as texts.
    public func publish(_ message: OutgoingMessage) {
        rows.withLock { $0.append(OutboxMessage(message, id: ids.next(at: now), at: now)) }
    }

    /// Statements whose answers nobody needs: they travel with the messages and COMMIT in one round trip, in this order.
    public func finish(with statements: [SQL]) { last.withLock { $0 += statements } }

    /// Calls `body` once the transaction is committed, and not at all when it is not. It must not wait.
    public func afterCommit(_ body: @escaping @Sendable () -> Void) { hooks.withLock { $0.append(Hook(body: body)) } }

    /// Reads a delivery; see ``MessageCodec/decode(_:from:)``.
    public func decode<M: Message>(_ type: M.Type, from delivery: Delivery) throws(UndecodableMessage) -> M {
        try codec.decode(type, from: delivery)
    }

    func takeStatements() -> [SQL] {
        last.withLock { statements in
            defer { statements = [] }
            return statements
        }
    }

    /// What ``afterCommit(_:)`` was given, as one.
    func takeHooks() -> @Sendable () -> Void {
        let hooks = hooks.withLock { $0 }
        return { for hook in hooks { hook.body() } }
    }

    func takeRows() -> [OutboxMessage] {
        rows.withLock { rows in
            defer { rows = [] }
            return rows
        }
    }
}
