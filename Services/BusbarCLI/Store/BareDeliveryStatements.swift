/// What the bare deliveries of the benchmark write: the rows that an event with one webhook leaves behind which is taken at
/// the first attempt.
enum BareDeliveryStatements {
    /// A batch of events and their deliveries in one statement. $1 number of the first, $2 endpoints, $3 shards,
    /// $4 partners, $5 body of an event, $6 moment.
    static let intake = """
        WITH n AS (
            SELECT lpad(to_hex($1::bigint + o - 1), 32, '0')::uuid AS u, $1::bigint + o - 1 AS g, e, s, p
              FROM unnest($2::uuid[], $3::smallint[], $4::text[]) WITH ORDINALITY AS t(e, s, p, o)
        ), i AS (
            INSERT INTO notifier.inbox (consumer, message_id, first_seen, processed_at)
            SELECT 'bench.deliveries', u::text, $6::timestamptz, $6::timestamptz FROM n
        ), v AS (
            INSERT INTO notifier.event (event_id, stored_at, type, wire_type, partner_id, correlation_id, occurred_at, body)
            SELECT u::text, $6::timestamptz, 'withdrawal.ready', 'withdrawal.ready.v1', p, p || ':w-' || g,
                   $6::timestamptz, $5::text FROM n
        )
        INSERT INTO notifier.pending (delivery_id, endpoint_id, shard, event_id, event_stored_at, created_at, due_at, origin)
        SELECT u, e, s, u::text, $6::timestamptz, $6::timestamptz, $6::timestamptz, 'event' FROM n
        """

    /// What became of such a batch. $1 number of the first, $2 endpoints, $3 moment, $4 body of the event that tells of it.
    static let outcome = """
        WITH n AS (
            SELECT lpad(to_hex($1::bigint + o - 1), 32, '0')::uuid AS u, e
              FROM unnest($2::uuid[]) WITH ORDINALITY AS t(e, o)
        ), a AS (
            INSERT INTO notifier.attempt (delivery_id, started_at, endpoint_id, number, latency_ms, outcome, status, address,
                                          answer)
            SELECT u, $3::timestamptz, e, 1, 5, 'delivered', 200, '127.77.0.1', 'ok' FROM n
        ), h AS (
            INSERT INTO notifier.health (endpoint_id, last_success_at)
            SELECT DISTINCT e, $3::timestamptz FROM n ORDER BY e
            ON CONFLICT (endpoint_id) DO UPDATE SET failures = 0, failing_since = NULL, last_success_at = excluded.last_success_at
        ), o AS (
            INSERT INTO notifier.outbox (id, exchange, routing_key, message_id, type, body, created_at, published_at)
            SELECT lpad(to_hex($1::bigint), 32, '1')::uuid, 'busbar.events', 'notification.delivered', $1::text,
                   'notification.delivered.v1', $4::bytea, $3::timestamptz, $3::timestamptz
        ), g AS (
            DELETE FROM notifier.pending AS p USING n WHERE p.delivery_id = n.u
            RETURNING p.delivery_id, p.endpoint_id, p.event_id, p.event_stored_at, p.created_at
        )
        INSERT INTO notifier.finished (delivery_id, finished_at, endpoint_id, event_id, event_stored_at, created_at, attempts,
                                       outcome)
        SELECT delivery_id, $3::timestamptz, endpoint_id, event_id, event_stored_at, created_at, 1, 'delivered' FROM g
        """
}
