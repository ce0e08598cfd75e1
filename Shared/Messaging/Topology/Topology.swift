/// Exchanges, queues and bindings: a value, declared again on each connect, before anything is consumed.
///
/// Queues are durable quorum queues, and `x-queue-type` is the only argument in code: all else (dead-lettering, limits,
/// alternate exchanges of queues' policies) is ``BrokerPolicy``, since arguments can never be changed.
public struct Topology: Sendable, Hashable {
    public struct Exchange: Sendable, Hashable {
        public enum Kind: String, Sendable, Hashable {
            case direct
            case topic
            case fanout
            case headers
        }

        public var name: String
        public var kind: Kind
        /// Gets what no binding takes.
        public var alternate: String?

        public init(_ name: String, _ kind: Kind, alternate: String? = nil) {
            self.name = name
            self.kind = kind
            self.alternate = alternate
        }
    }

    public struct Queue: Sendable, Hashable {
        public enum Kind: String, Sendable, Hashable {
            /// Replicated and always on disk; for everything that must not be lost.
            case quorum
            /// On one node.
            case classic
        }

        public var name: String
        public var kind: Kind

        public init(_ name: String, _ kind: Kind = .quorum) {
            self.name = name
            self.kind = kind
        }
    }

    public struct Binding: Sendable, Hashable {
        public var exchange: String
        public var queue: String
        public var routingKey: String

        public init(exchange: String, queue: String, routingKey: String = "") {
            self.exchange = exchange
            self.queue = queue
            self.routingKey = routingKey
        }
    }

    public var exchanges: [Exchange]
    public var queues: [Queue]
    public var bindings: [Binding]

    public init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }

    /// Both together, each thing once.
    public func merging(_ other: Topology) -> Topology {
        Topology(
            exchanges: exchanges + other.exchanges.filter { !exchanges.contains($0) },
            queues: queues + other.queues.filter { !queues.contains($0) },
            bindings: bindings + other.bindings.filter { !bindings.contains($0) }
        )
    }
}
