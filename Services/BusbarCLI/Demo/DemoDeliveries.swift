/// What became of a demo's notifications.
struct DemoDeliveries: Codable, Sendable {
    /// What the receiver says of one endpoint.
    struct Counts: Codable, Sendable {
        /// Requests, each of which may carry several events to a chat.
        var requests = 0
        /// Genuine ones, where they are signed.
        var verified: Int?
        /// What came though it had been accepted before.
        var duplicates: Int?
    }

    /// What the notifier's books say of one endpoint.
    struct Figures: Codable, Sendable {
        var endpoint: String
        var channel: String
        /// Events.
        var delivered: Int64
        /// Given up, or cancelled.
        var lost: Int64
        /// Still to be delivered.
        var open: Int64
        /// From the event to its delivery, for half of them and for all but a hundredth.
        var medianMilliseconds: Int64?
        var slowMilliseconds: Int64?

        enum CodingKeys: String, CodingKey {
            case endpoint, channel, delivered, lost, open
            case medianMilliseconds = "event_to_delivered_p50_ms"
            case slowMilliseconds = "event_to_delivered_p99_ms"
        }
    }

    /// One endpoint.
    struct Row: Codable, Sendable {
        var figures: Figures
        var counts: Counts
    }

    /// Events of withdrawals that the demo's upstreams heard, and those of them that came to the webhooks too, genuine.
    var heard = 0
    var arrived = 0
    var rows: [Row] = []

    /// Whether everybody was told of everything, and believes it.
    var isClean: Bool {
        arrived == heard
            && rows.allSatisfy { row in
                row.figures.lost == 0 && row.figures.open == 0
                    && row.counts.verified.map { $0 == row.counts.requests } ?? true
            }
    }

    /// Endpoint by endpoint; empty when there is none.
    var table: Table? {
        guard !rows.isEmpty else { return nil }
        var table = Table(
            "endpoint",
            "channel",
            "events",
            "lost",
            "requests",
            "verified",
            "twice",
            "event to delivered p50",
            "p99"
        )
        for row in rows {
            let (figures, counts) = (row.figures, row.counts)
            table.add(
                figures.endpoint,
                figures.channel,
                "\(figures.delivered)",
                "\(figures.lost + figures.open)",
                "\(counts.requests)",
                counts.verified.map { "\($0)" } ?? "-",
                counts.duplicates.map { "\($0)" } ?? "-",
                figures.medianMilliseconds.map { "\($0) ms" } ?? "-",
                figures.slowMilliseconds.map { "\($0) ms" } ?? "-"
            )
        }
        return table
    }

    /// How to look at them while the stack runs.
    func hints(devnet: String) -> [String] {
        guard let first = rows.first(where: { $0.figures.channel == "webhook" })?.figures.endpoint else { return [] }
        return [
            "deliveries: busbar deliveries list --endpoint \(first)",
            "webhooks:   curl -s '\(devnet)/devnet/sink/\(first)?limit=2'",
            "chat:       curl -s '\(devnet)/devnet/chats/slack?limit=2'",
        ]
    }
}
