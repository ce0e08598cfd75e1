public import Messaging
internal import Models

extension Topology {
    /// The house's exchanges, and a queue with its parking place for every command of the catalogue.
    ///
    /// Everybody declares all of it, so that a command sent before its consumer's first start has where to go.
    public static let house = makeHouse()

    private static func makeHouse() -> Topology {
        var house = Topology(
            exchanges: [
                Exchange(Exchanges.commands, .direct, alternate: Exchanges.unrouted),
                // Without alternate: an event that nobody wants is nothing, and one that somebody must hear is mandatory and
                // stays in its outbox until a queue is bound for it.
                Exchange(Exchanges.events, .topic),
                Exchange(Exchanges.unrouted, .fanout),
            ],
            queues: [Queue(Exchanges.unrouted)],
            bindings: [Binding(exchange: Exchanges.unrouted, queue: Exchanges.unrouted)]
        )
        for command in Catalogue.commands {
            guard let queue = command.name.queue else { continue }
            house = house.merging(
                .work(queue, from: [Binding(exchange: Exchanges.commands, queue: queue, routingKey: command.name.type)])
            )
        }
        return house
    }

    /// A queue of work with its parking place.
    public static func work(_ queue: String, from bindings: [Binding] = []) -> Topology {
        Topology(queues: [Queue(queue), Queue(queue + ".parked")], bindings: bindings)
    }

    /// A queue of a service that listens to events.
    /// - Parameter patterns: routing keys with `*` and `#`: `withdrawal.ready.#`.
    public static func events(_ queue: String, _ patterns: [String]) -> Topology {
        work(queue, from: patterns.map { Binding(exchange: Exchanges.events, queue: queue, routingKey: $0) })
    }
}
