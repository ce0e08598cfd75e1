/// How the client stands with the broker at one moment.
public struct MessagingState: Sendable {
    /// One of the two connections.
    public struct Connection: Sendable {
        /// Whether it is logged in and in use.
        public internal(set) var isConnected = false
        /// Since when it has been connected, or has not.
        public internal(set) var since: ContinuousClock.Instant = .now
        /// The host of the present or last connection.
        public internal(set) var host: MessagingConfiguration.Host?
        /// Why it is or was not connected, or what went wrong on it last.
        public internal(set) var lastError: MessagingError?
    }

    /// The one that publishes and takes confirms.
    public internal(set) var publishing = Connection()
    /// The one that consumes and settles, apart from the other: a throttled publisher must not hold back
    /// acknowledgements.
    public internal(set) var consuming = Connection()
    /// The broker's reason while it takes no messages (memory or disk alarm).
    public internal(set) var blocked: String?
    /// When the broker stopped taking messages; `nil` while it takes them.
    public internal(set) var blockedSince: ContinuousClock.Instant?
    /// Consumers that are to be there, and those that are.
    public internal(set) var consumersWanted = 0
    /// Consumers that the broker has confirmed (`basic.consume-ok`).
    public internal(set) var consumersActive = 0

    /// Both connections are there, the broker takes messages and every consumer is consuming.
    public var isReady: Bool {
        publishing.isConnected && consuming.isConnected && blocked == nil && consumersActive >= consumersWanted
    }
}

/// What happened, for metrics. Called on a connection's thread: be quick and do not wait.
public enum MessagingEvent: Sendable {
    /// Which of the two connections.
    public enum Role: String, Sendable, Hashable {
        /// The connection that publishes.
        case publish
        /// The connection that consumes.
        case consume
    }

    /// Logged in; also after each reconnect.
    case connected(Role)
    /// An open connection ended, and why. Failed tries to get it back are no events.
    case disconnected(Role, MessagingError)
    /// Handed to the socket, repeats included.
    case published(Int)
    /// So many messages are safe at the broker.
    case confirmed(Int)
    /// So many were taken by no queue.
    case returned(Int)
    /// So many were not taken: a negative confirm that repeats did not change, or an error of the channel.
    case refused(Int)
    /// The broker stopped taking messages.
    case blocked(reason: String)
    /// The broker takes messages again, after so long.
    case unblocked(after: Duration)
    /// Handed to a consumer, repeats included.
    case delivered(queue: String, count: Int)
    /// Settled as done.
    case acknowledged(queue: String, count: Int)
    /// Requeued or rejected.
    case handedBack(queue: String, count: Int)
    /// A consumer was lost while its connection stands (queue deleted, channel closed), and begins anew.
    case consumerLost(queue: String, MessagingError)
}
