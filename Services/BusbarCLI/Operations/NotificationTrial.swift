internal import Messaging
internal import Models
internal import ServiceKit
internal import Storage

/// A message that is sent to see who is told of it, and what becomes of that.
struct NotificationTrial: Sendable {
    let operations: Operations
    /// Its id, which is also the event's: the `webhook-id` that receivers see.
    let id: UUIDv7

    init(operations: Operations) {
        self.operations = operations
        id = UUIDv7(at: operations.clock.now())
    }

    /// Publishes the message, which the broker has confirmed then.
    func send(_ message: some Message) async throws {
        var outgoing = try operations.codec.outgoing(message, id: id)
        // Commands of others than the house are refused; the broker vouches for this.
        outgoing.properties.userID = operations.variables["BUSBAR_BROKER_USER"] ?? "guest"
        // Whoever publishes need not be allowed to declare the house's queues.
        let outcomes = try await operations.withMessaging(topology: Topology()) { try await $0.publish([outgoing]) }
        switch outcomes.first {
        case .confirmed: return
        case .returned, nil:
            throw OperationError("no queue takes notifications", hint: "start the notifier, which declares its queues")
        case .refused(let reason): throw OperationError("the broker refuses the message: \(reason)")
        }
    }

    /// Looks at its deliveries until they are as they should be, or the time is over.
    /// - Returns: what they were at last; none when nobody was told, or the notifier has not heard of it.
    func follow(
        for limit: Duration,
        in connection: some PostgresQuerying,
        until isEnough: ([DeliveryView.Delivery]) -> Bool
    ) async throws -> [DeliveryView.Delivery] {
        let deadline = ContinuousClock.now + limit
        while true {
            let deliveries = try await DeliveryView.of(event: id.description, in: connection)
            if isEnough(deliveries) || ContinuousClock.now >= deadline { return deliveries }
            // Rows of another process: nothing announces a change of them.
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Whether nothing more is to be seen of a delivery for now: it ended, was tried, or waits for its hour.
    static func isTold(_ delivery: DeliveryView.Delivery, at now: Timestamp) -> Bool {
        delivery.state != .pending || delivery.attempts > 0 || delivery.dueAt.map { $0 > now + .seconds(30) } ?? false
    }
}
