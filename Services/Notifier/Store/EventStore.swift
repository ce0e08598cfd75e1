internal import Models
internal import Storage

/// What was heard, and what has to be delivered of it.
enum EventStore {
    /// A delivery that an event makes.
    struct NewDelivery: Sendable {
        let id: UUIDv7
        let endpoint: UUIDv7
        let shard: Int
        let event: NotifiedEvent
        let dueAt: Timestamp
    }

    /// Statements that store events and their deliveries; their answers are of no interest.
    static func insertion(
        of events: [NotifiedEvent],
        _ deliveries: [NewDelivery],
        origin: String,
        at now: Timestamp
    ) -> [SQL] {
        guard !deliveries.isEmpty else { return [] }
        return [
            """
            INSERT INTO notifier.event (event_id, stored_at, type, wire_type, partner_id, correlation_id, severity,
                                        occurred_at, traceparent, body)
            SELECT * FROM unnest(\(events.map(\.id))::text[], \(events.map(\.storedAt))::timestamptz[],
                                 \(events.map(\.type))::text[], \(events.map(\.wireType))::text[],
                                 \(events.map(\.partner))::text[], \(events.map(\.correlationID))::text[],
                                 \(events.map { $0.severity?.rawValue })::text[],
                                 \(events.map(\.occurredAt))::timestamptz[], \(events.map(\.traceparent))::text[],
                                 \(events.map(\.body))::text[])
            """,
            """
            INSERT INTO notifier.pending (delivery_id, endpoint_id, shard, event_id, event_stored_at, created_at, due_at,
                                          origin)
            SELECT n.id, n.endpoint, n.shard, n.event, n.stored_at, \(now), n.due_at, \(origin)
              FROM unnest(\(deliveries.map(\.id))::uuid[], \(deliveries.map(\.endpoint))::uuid[],
                          \(deliveries.map { Int32($0.shard) })::integer[], \(deliveries.map(\.event.id))::text[],
                          \(deliveries.map(\.event.storedAt))::timestamptz[],
                          \(deliveries.map(\.dueAt))::timestamptz[])
                   AS n(id, endpoint, shard, event, stored_at, due_at)
            """,
        ]
    }
}
