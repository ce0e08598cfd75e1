public import Models

/// The AMQP basic properties that Busbar uses. Strings are at most 255 bytes.
public struct MessageProperties: Sendable, Hashable {
    /// Stable across every re-publish of one message.
    public var messageID: String?
    /// `withdrawal.request.v1`
    public var type: String?
    /// `partner:withdrawal`
    public var correlationID: String?
    /// The moment of what happened. AMQP keeps whole seconds.
    public var timestamp: Timestamp?
    /// `app_id`: the service that wrote the message.
    public var appID: String?
    /// `content_type`: `application/json` for messages of the house.
    public var contentType: String?
    /// The broker refuses a message whose `userID` is not the user of the connection.
    public var userID: String?
    /// `headers`: the trace (`traceparent`), and the history of a parked message. Keys are at most 255 bytes.
    public var headers: [String: HeaderValue]
    /// Whether the broker writes it to disk. Quorum queues always do, but a dead-letter target may not.
    public var persistent: Bool

    /// Checks nothing: publishing refuses what AMQP cannot hold, ``MessagingError/Code/invalidMessage``.
    public init(
        messageID: String? = nil,
        type: String? = nil,
        correlationID: String? = nil,
        timestamp: Timestamp? = nil,
        appID: String? = nil,
        contentType: String? = nil,
        userID: String? = nil,
        headers: [String: HeaderValue] = [:],
        persistent: Bool = true
    ) {
        self.messageID = messageID
        self.type = type
        self.correlationID = correlationID
        self.timestamp = timestamp
        self.appID = appID
        self.contentType = contentType
        self.userID = userID
        self.headers = headers
        self.persistent = persistent
    }
}
