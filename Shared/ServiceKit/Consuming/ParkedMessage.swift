internal import Messaging
internal import Models

/// A message set aside: what stands in `<queue>.parked` for people to look at and to replay.
enum ParkedMessage {
    static func queue(of queue: String) -> String { queue + ".parked" }

    /// The delivery as it was, with what happened to it in its headers. `user_id` stays out: the broker would refuse
    /// another user's; it is kept as a header.
    static func make(
        _ delivery: Delivery,
        reason: String,
        attempts: Int,
        by service: String,
        at now: Timestamp
    )
        -> OutgoingMessage
    {
        var properties = delivery.properties
        properties.headers["x-origin-queue"] = .string(delivery.queue)
        properties.headers["x-origin-exchange"] = .string(delivery.exchange)
        properties.headers["x-origin-routing-key"] = .string(delivery.routingKey)
        properties.headers["x-last-error"] = .string(String(reason.prefix(1000)))
        properties.headers["x-attempt"] = .integer(Int64(attempts))
        properties.headers["x-parked-by"] = .string(service)
        properties.headers["x-parked-at"] = .string(now.description)
        if let user = properties.userID { properties.headers["x-user-id"] = .string(user) }
        properties.userID = nil
        properties.persistent = true
        return OutgoingMessage(
            exchange: "",
            routingKey: queue(of: delivery.queue),
            body: delivery.body,
            properties: properties,
            mandatory: true
        )
    }
}
