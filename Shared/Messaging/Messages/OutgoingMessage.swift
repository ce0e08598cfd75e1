/// A message to publish.
public struct OutgoingMessage: Sendable, Hashable {
    /// The empty name is the default exchange, whose routing keys are queue names.
    public var exchange: String
    /// What bindings are compared with, 255 bytes at most.
    public var routingKey: String
    /// Bytes as they travel, at most ``MessagingConfiguration/maximumMessageSize``.
    public var body: [UInt8]
    /// Give it a `messageID`: it is sent again after a lost connection, and consumers know repeats by it.
    public var properties: MessageProperties
    /// Whether the broker says so when no queue takes it (``PublishOutcome/returned(replyCode:text:)``). Without, such a
    /// message is confirmed and gone, unless the exchange has an alternate.
    public var mandatory: Bool

    /// Checks nothing: publishing throws ``MessagingError/Code/messageTooLarge`` or
    /// ``MessagingError/Code/invalidMessage`` before anything is sent.
    public init(
        exchange: String,
        routingKey: String,
        body: [UInt8],
        properties: MessageProperties = MessageProperties(),
        mandatory: Bool = true
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body
        self.properties = properties
        self.mandatory = mandatory
    }
}

/// What became of one published message.
public enum PublishOutcome: Sendable, Hashable {
    /// On disk at the broker, of a quorum for quorum queues.
    case confirmed
    /// The broker took it but no queue did: nobody will see it. 312 means no route.
    case returned(replyCode: Int, text: String)
    /// The broker does not take it: negative confirm (queue full, internal error), or a missing exchange (404), a missing
    /// permission (403) or a wrong `userID` (406).
    case refused(reason: String)

    /// Whether the message is safe.
    public var isConfirmed: Bool { self == .confirmed }
}
