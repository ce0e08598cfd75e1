public import Messaging
public import Models
public import Telemetry

/// Turns messages of the catalogue into what travels, with the house's properties, and back.
///
/// `message_id` a UUIDv7, `type` with version, `correlation_id`, `timestamp`, `app_id`, `content_type`, and the header
/// `traceparent`. Commands and everything for partners are mandatory: nobody hearing them is an alarm.
public struct MessageCodec: Sendable {
    /// The longest body, in bytes.
    public static let maximumBodySize = 64 * 1024

    /// Shown as `app_id`.
    public let appID: String
    private let clock: any WallClock

    /// `clock` gives the `timestamp` and the time in new message ids.
    public init(appID: String, clock: any WallClock) {
        self.appID = appID
        self.clock = clock
    }

    /// The message as it is published.
    /// - Parameters:
    ///   - id: its `message_id`; a new one unless given. Deterministic ids make a repeated effect one message.
    ///   - trace: the trace it belongs to; by default that of the running task.
    /// - Throws: `EncodingError`, or ``OversizedMessage`` above 64 KiB.
    public func outgoing(
        _ message: some Message,
        id: UUIDv7? = nil,
        trace: TraceContext? = TraceContext.current
    ) throws -> OutgoingMessage {
        let body = try MessageJSON.encode(message)
        let name = type(of: message).name
        guard body.count <= Self.maximumBodySize else {
            throw OversizedMessage(type: name.wireName, size: body.count)
        }
        let now = clock.now()
        var properties = MessageProperties(
            messageID: (id ?? UUIDv7(at: now)).description,
            type: name.wireName,
            correlationID: message.correlationID,
            timestamp: now,
            appID: appID,
            contentType: "application/json"
        )
        if let trace { properties.headers[TraceContext.headerName] = .string(trace.child().traceparent) }
        return OutgoingMessage(
            exchange: name.exchange,
            routingKey: message.routingKey,
            body: body,
            properties: properties,
            mandatory: name.kind == .command || MessageName.isForPartner(name.type)
        )
    }

    /// Reads a delivery whose `type` is the message's own.
    /// - Throws: ``UndecodableMessage``: worth parking, for another try will not help.
    public func decode<M: Message>(_ type: M.Type, from delivery: Delivery) throws(UndecodableMessage) -> M {
        if let told = delivery.properties.type, told != M.name.wireName {
            throw UndecodableMessage(type: M.name.wireName, reason: "its type is \(told.prefix(64))")
        }
        guard delivery.body.count <= Self.maximumBodySize else {
            throw UndecodableMessage(type: M.name.wireName, reason: "\(delivery.body.count) bytes")
        }
        return try MessageJSON.decode(type, from: delivery.body)
    }
}

/// A message of ours that is too big to send.
public struct OversizedMessage: Error, Sendable, Hashable, CustomStringConvertible {
    /// With version: `withdrawal.ready.v1`.
    public let type: String
    /// Bytes of the body.
    public let size: Int

    /// Type, size and limit, for logs.
    public var description: String { "\(type) has \(size) bytes, more than \(MessageCodec.maximumBodySize)" }
}

extension Delivery {
    /// The trace it belongs to, when its sender told.
    public var trace: TraceContext? {
        properties.headers[TraceContext.headerName]?.string.flatMap(TraceContext.init(traceparent:))
    }
}

extension TraceContext {
    /// The span in which deliveries are handled together: below their trace if all belong to one, else of a new trace, for
    /// a span has one parent.
    static func handling(_ deliveries: [Delivery]) -> TraceContext {
        guard let first = deliveries.first?.trace,
            deliveries.dropFirst().allSatisfy({
                $0.trace.map { ($0.traceHigh, $0.traceLow) == (first.traceHigh, first.traceLow) } ?? false
            })
        else { return .root() }
        return first.child()
    }
}
