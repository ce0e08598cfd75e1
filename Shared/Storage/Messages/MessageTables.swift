extension Migration {
    /// The outbox and inbox of one owner, so that effect and message share a transaction. Every owner's set begins with
    /// it, as `0000_messages`.
    public static func messageTables(schema: String) -> Migration {
        let schema = quoted(schema)
        return Migration(
            name: "0000_messages",
            sql: """
                -- Messages to be published, written in the transaction of their cause.
                CREATE TABLE \(schema).outbox (
                    id             uuid PRIMARY KEY,
                    exchange       text NOT NULL,
                    routing_key    text NOT NULL,
                    message_id     text NOT NULL,
                    type           text NOT NULL,
                    correlation_id text,
                    body           bytea NOT NULL,
                    headers        jsonb NOT NULL DEFAULT '{}',
                    -- Domain time.
                    created_at     timestamptz NOT NULL,
                    -- When the broker had confirmed it; NULL until then.
                    published_at   timestamptz
                ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
                CREATE INDEX outbox_unpublished ON \(schema).outbox (id) WHERE published_at IS NULL;

                -- Messages that were heard, by consumer; kept longer than any replay.
                CREATE TABLE \(schema).inbox (
                    consumer     text NOT NULL,
                    message_id   text NOT NULL,
                    first_seen   timestamptz NOT NULL,
                    -- Redeliveries counted before each try.
                    attempts     integer NOT NULL DEFAULT 0,
                    -- NULL while it was only tried.
                    processed_at timestamptz,
                    PRIMARY KEY (consumer, message_id)
                ) WITH (autovacuum_vacuum_scale_factor = 0.02);
                CREATE INDEX inbox_first_seen ON \(schema).inbox USING brin (first_seen);
                """
        )
    }
}
