/// What went wrong between us and the broker.
public struct MessagingError: Error, Sendable {
    /// The kind of failure. New kinds may be added: keep a `default` when switching.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// In words, for logs; codes are equal when these are.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// No connection could be made, or the login got no answer.
        public static let connectionFailed = Code("connection failed")
        /// An open connection ended: socket error, missed heartbeats, or the broker closed it.
        public static let connectionLost = Code("connection lost")
        /// User or password are wrong.
        public static let authenticationFailed = Code("authentication failed")
        /// The vhost does not exist, or the user may not enter it.
        public static let vhostRefused = Code("vhost refused")
        /// The broker's certificate is not trusted, or TLS could not be set up.
        public static let tlsFailed = Code("TLS failed")
        /// The broker did not answer a request in time.
        public static let timeout = Code("timeout")
        /// The task that waited was cancelled.
        public static let cancelled = Code("cancelled")
        /// The client was stopped, or has not been started and never will be.
        public static let stopped = Code("stopped")
        /// A body is larger than allowed; nothing of the call was sent.
        public static let messageTooLarge = Code("message too large")
        /// A property cannot be written in AMQP; nothing of the call was sent.
        public static let invalidMessage = Code("invalid message")
        /// No such queue or exchange (404).
        public static let notFound = Code("not found")
        /// The user lacks the permission (403).
        public static let accessRefused = Code("access refused")
        /// It exists with other properties, or the request does not fit its state (405, 406).
        public static let preconditionFailed = Code("precondition failed")
        /// The broker closed the channel or connection for another reason.
        public static let refused = Code("refused")
        /// What arrived is not what AMQP allows there.
        public static let protocolViolation = Code("protocol violation")
    }

    /// What kind of failure: the part to switch on.
    public let code: Code
    /// In words, with the last connection error where a wait ended in vain.
    public let reason: String
    /// AMQP reply code, where the broker gave one (`404`, `406`, `530` …).
    public let replyCode: Int?
    /// The library or client call that failed: `queue.declare allocator.withdrawal.request`.
    public let call: String
    /// For ``MessagingClient/publish(_:timeout:)``: positions of messages that were sent and may or may not have
    /// arrived. Publish them again with the same message id, so that consumers can tell.
    public var inDoubt: [Int] = []
    /// For ``MessagingClient/publish(_:timeout:)``: what is known of each message, `nil` if unsent or in doubt.
    public var outcomes: [PublishOutcome?] = []

    /// Whether the whole connection is unusable, or one channel at most.
    let endsConnection: Bool

    /// An error about one call, which leaves the connection usable.
    public init(_ code: Code, _ reason: String, call: String, replyCode: Int? = nil) {
        self.init(code, reason, call: call, replyCode: replyCode, endsConnection: false)
    }

    init(_ code: Code, _ reason: String, call: String, replyCode: Int? = nil, endsConnection: Bool) {
        self.code = code
        self.reason = reason
        self.call = call
        self.replyCode = replyCode
        self.endsConnection = endsConnection
    }

    /// Whether the same call may succeed later without anybody changing anything.
    public var isRetriable: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .timeout: true
        case .refused: replyCode == 320 || replyCode == 506 || replyCode == 541
        default: false
        }
    }
}

extension MessagingError: CustomStringConvertible {
    /// `call: code (reply code): reason`, and how many messages are in doubt.
    public var description: String {
        var text = "\(call): \(code)"
        if let replyCode { text += " (\(replyCode))" }
        text += ": \(reason)"
        if !inDoubt.isEmpty { text += " [\(inDoubt.count) messages in doubt]" }
        return text
    }
}
