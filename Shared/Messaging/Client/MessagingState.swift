/// How the client stands with the broker at one moment.
public struct MessagingState: Sendable {
    /// One of the two connections.
    public struct Connection: Sendable {
        public internal(set) var isConnected = false
        /// Since when it has been connected, or has not.
        public internal(set) var since: ContinuousClock.Instant = .now
        /// The host of the present or last connection.
        public internal(set) var host: MessagingConfiguration.Host?
        /// Why it is or was not connected, or what went wrong on it last.
        public internal(set) var lastError: MessagingError?
    }

    public internal(set) var publishing = Connection()
    public internal(set) var consuming = Connection()
    /// The broker's reason while it takes no messages (memory or disk alarm).
    public internal(set) var blocked: String?
    public internal(set) var blockedSince: ContinuousClock.Instant?
    /// Consumers that are to be there, and those that are.
    public internal(set) var consumersWanted = 0
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
        case publish
        case consume
    }

    case connected(Role)
    case disconnected(Role, MessagingError)
    /// Handed to the socket, repeats included.
    case published(Int)
    case confirmed(Int)
    case returned(Int)
    case refused(Int)
    /// The broker stopped taking messages.
    case blocked(reason: String)
    case unblocked(after: Duration)
    case delivered(queue: String, count: Int)
    case acknowledged(queue: String, count: Int)
    /// Requeued or rejected.
    case handedBack(queue: String, count: Int)
    /// A consumer was lost while its connection stands (queue deleted, channel closed), and begins anew.
    case consumerLost(queue: String, MessagingError)
}
