internal import Messaging
internal import Models
internal import Planning
internal import ServiceKit

/// Takes commands in that ask for a notification: to one endpoint, or to whom the rules say.
struct SendIntake: Sendable {
    let directory: EndpointDirectory
    let intake: EventIntake
    /// The house's own user at the broker. Upstreams may write to the exchange of commands too, and this one is not for them.
    let user: String

    /// One batch.
    func handle(_ deliveries: [Delivery], _ work: UnitOfWork) async throws -> BatchResult {
        var result = BatchResult()
        let endpoints = try await directory.refresh(in: work.database)
        var events: [NotifiedEvent] = []
        var new: [EventStore.NewDelivery] = []
        for (position, delivery) in deliveries.enumerated() {
            do {
                guard delivery.properties.userID == user else {
                    throw UnusableEvent("its user_id is not \(user): only the house may have notifications sent")
                }
                let command = try work.decode(NotificationSend.self, from: delivery)
                var event = try EventIntake.event(of: delivery, at: work.now)
                event.partner = command.partnerID
                event.severity = command.severity
                let own = try Self.route(event, to: command.endpoint, endpoints, at: work.now)
                if !own.isEmpty { events.append(event) }
                new += own
            } catch {
                result.park(position, "\(error)")
            }
        }
        intake.hand(new, events, to: endpoints, origin: "command", work)
        return result
    }

    private static func route(
        _ event: NotifiedEvent,
        to name: String?,
        _ endpoints: EndpointDirectory.Snapshot,
        at now: Timestamp
    ) throws(UnusableEvent) -> [EventStore.NewDelivery] {
        guard let name else { return EventIntake.route(event, endpoints.candidates(for: event.partner), at: now) }
        guard let endpoint = endpoints.byName[name] else {
            throw UnusableEvent("there is no active endpoint \(name)")
        }
        return [
            EventStore.NewDelivery(
                id: UUIDv7(at: now),
                endpoint: endpoint.id,
                shard: endpoint.shard,
                event: event,
                dueAt: now
            )
        ]
    }
}
