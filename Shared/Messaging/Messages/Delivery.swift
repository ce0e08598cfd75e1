/// A message as it came from a queue. Copying it is cheap: the contents are shared.
public struct Delivery: Sendable {
    final class Contents: Sendable {
        let body: [UInt8]
        let properties: MessageProperties
        let exchange: String
        let routingKey: String
        let queue: String

        init(body: [UInt8], properties: MessageProperties, exchange: String, routingKey: String, queue: String) {
            self.body = body
            self.properties = properties
            self.exchange = exchange
            self.routingKey = routingKey
            self.queue = queue
        }
    }

    let contents: Contents
    /// The broker's number for it on its channel.
    let tag: UInt64
    /// It was delivered before, to somebody who did not settle it; whether he has worked on it is not known.
    public let redelivered: Bool

    /// As published and not checked: JSON for messages of the house, anything from outside.
    public var body: [UInt8] { contents.body }
    /// As the sender wrote them; the broker vouches for `userID` alone.
    public var properties: MessageProperties { contents.properties }
    /// Where it was published.
    public var exchange: String { contents.exchange }
    /// The key it was published with; for events it ends in the partner.
    public var routingKey: String { contents.routingKey }
    /// The queue it was taken from.
    public var queue: String { contents.queue }

    /// A delivery that no broker made, to try handlers on.
    public init(
        body: [UInt8],
        properties: MessageProperties = MessageProperties(),
        exchange: String = "",
        routingKey: String,
        redelivered: Bool = false,
        queue: String
    ) {
        self.init(
            contents: Contents(
                body: body,
                properties: properties,
                exchange: exchange,
                routingKey: routingKey,
                queue: queue
            ),
            tag: 0,
            redelivered: redelivered
        )
    }

    init(contents: Contents, tag: UInt64, redelivered: Bool) {
        self.contents = contents
        self.tag = tag
        self.redelivered = redelivered
    }
}
