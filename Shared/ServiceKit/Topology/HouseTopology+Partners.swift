public import Messaging
public import Models

extension Topology {
    /// The queue in which a partner hears of its withdrawals and batches: made by `busbar partner add`.
    public static func eventsQueue(of partner: PartnerID) -> String { "upstream.\(partner).events" }

    /// The house, and a partner's queue with its binding.
    public static func partner(_ partner: PartnerID) -> Topology {
        let queue = eventsQueue(of: partner)
        return house.merging(
            Topology(
                queues: [Queue(queue)],
                bindings: ["withdrawal.*.\(partner)", "allocation.*.\(partner)", "batch.*.\(partner)"].map {
                    Binding(exchange: Exchanges.events, queue: queue, routingKey: $0)
                }
            )
        )
    }
}

extension BrokerPolicy {
    /// The tunables of the house's queues. A command that the broker has handed out twenty times is set aside by it, as the
    /// second net below the attempt counts in the database.
    public static let house: [BrokerPolicy] =
        Catalogue.commands.compactMap { $0.name.queue }.map { queue in
            BrokerPolicy(
                "\(queue)-limits",
                pattern: "^\(escaped(queue))$",
                target: .queues,
                settings: [
                    "delivery-limit": .number(20), "dead-letter-exchange": .text(""),
                    "dead-letter-routing-key": .text(queue + ".parked"),
                    "dead-letter-strategy": .text("at-least-once"), "overflow": .text("reject-publish"),
                    "max-length": .number(1_000_000),
                ]
            )
        } + [
            // What nobody hears is for people to look at, and must not fill the disk meanwhile.
            BrokerPolicy(
                "unrouted-limits",
                pattern: "^\(escaped(Exchanges.unrouted))$",
                target: .queues,
                settings: ["max-length": .number(10_000), "overflow": .text("drop-head")]
            ),
            // Queues of people who watch: gone a minute after the last one looked, whatever became of his program.
            BrokerPolicy(
                "watch-limits",
                pattern: "^watch\\.",
                target: .queues,
                settings: [
                    "expires": .number(60_000), "max-length": .number(10_000), "overflow": .text("drop-head"),
                ]
            ),
        ]

    private static func escaped(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "\\.")
    }
}
