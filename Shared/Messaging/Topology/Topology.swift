/// Exchanges, queues and bindings: a value, declared again on each connect, before anything is consumed.
///
/// Everything is durable, and queues are quorum queues unless said otherwise. `x-queue-type` is a queue's only argument
/// and `alternate-exchange` an exchange's: all else (dead-lettering, limits) is ``BrokerPolicy``, since arguments can
/// never be changed.
public struct Topology: Sendable, Hashable {
    /// A durable exchange that stays when nothing is bound to it.
    public struct Exchange: Sendable, Hashable {
        /// How it chooses queues: the AMQP exchange type.
        public enum Kind: String, Sendable, Hashable {
            /// Bindings whose key equals the routing key.
            case direct
            /// Bindings whose words match, with `*` for one word and `#` for any number.
            case topic
            /// Every binding.
            case fanout
            /// By headers; a ``Binding`` here has no arguments, so it takes everything.
            case headers
        }

        /// At most 255 bytes; `amq.` is the broker's own.
        public var name: String
        /// Cannot be changed while the exchange stands: ``MessagingError/Code/preconditionFailed``.
        public var kind: Kind
        /// Gets what no binding takes: the argument `alternate-exchange`. `nil` for none.
        public var alternate: String?

        /// Checks nothing: the broker refuses at declaring.
        public init(_ name: String, _ kind: Kind, alternate: String? = nil) {
            self.name = name
            self.kind = kind
            self.alternate = alternate
        }
    }

    /// A durable queue, neither exclusive nor auto-deleted.
    public struct Queue: Sendable, Hashable {
        /// The argument `x-queue-type`.
        public enum Kind: String, Sendable, Hashable {
            /// Replicated and always on disk; for everything that must not be lost.
            case quorum
            /// On one node, and lost with it.
            case classic
        }

        /// At most 255 bytes: `allocator.withdrawal.request`, and `.parked` after it for its parking place.
        public var name: String
        /// Cannot be changed while the queue stands: ``MessagingError/Code/preconditionFailed``.
        public var kind: Kind

        /// A queue without other arguments; the rest is ``BrokerPolicy``.
        public init(_ name: String, _ kind: Kind = .quorum) {
            self.name = name
            self.kind = kind
        }
    }

    /// Which messages of an exchange a queue gets.
    public struct Binding: Sendable, Hashable {
        /// The source; it must be declared, here or before.
        public var exchange: String
        /// The destination; it must be declared, here or before.
        public var queue: String
        /// Equal to the message's for direct, with `*` and `#` for topic, without meaning for fanout exchanges.
        public var routingKey: String

        /// Checks nothing: the broker refuses at binding what it does not have.
        public init(exchange: String, queue: String, routingKey: String = "") {
            self.exchange = exchange
            self.queue = queue
            self.routingKey = routingKey
        }
    }

    /// Declared first.
    public var exchanges: [Exchange]
    /// Declared after the exchanges.
    public var queues: [Queue]
    /// Made last. What is left out here later stays bound: declaring takes nothing away.
    public var bindings: [Binding]

    /// A value only: a client declares it on each connect, ``BrokerSession/declare(_:)`` at once.
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
