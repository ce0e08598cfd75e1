/// Why a node gave no usable answer.
public struct NodeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of trouble. The set may grow.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// Its name, also the label of metrics.
        public let description: String

        private init(_ name: String) { description = name }

        /// No connection. The request never left.
        public static let unreachable = Code("unreachable")
        /// The connection broke after the request may have left.
        public static let interrupted = Code("interrupted")
        /// No answer in time.
        public static let timedOut = Code("timed_out")
        /// Asked too often (403, 429, 503 or the node's own limiter). The request was not carried out.
        public static let throttled = Code("throttled")
        /// The node offers no such call: 404, or a text that says it is closed. Another node may.
        public static let notOffered = Code("not_offered")
        /// The node cannot answer at present: 5xx.
        public static let unavailable = Code("unavailable")
        /// The answer is larger than allowed.
        public static let tooLarge = Code("too_large")
        /// The answer is not what the protocol says.
        public static let malformed = Code("malformed")
        /// The node understood and refuses, in its own words.
        public static let refused = Code("refused")
        /// Not asked, because the node failed lately.
        public static let circuitOpen = Code("circuit_open")
        /// The node's head is older than was asked for.
        public static let behind = Code("behind")
        /// The caller was cancelled.
        public static let cancelled = Code("cancelled")
    }

    /// What kind of trouble.
    public var code: Code
    /// Host and port of the node, or empty when none was chosen.
    public var node: String
    /// The path asked.
    public var path: String
    /// Details, in the node's words where it has any.
    public var reason: String
    /// When to ask this node again, if it said.
    public var retryAfter: Duration?

    init(_ code: Code, node: String = "", path: String, _ reason: String, retryAfter: Duration? = nil) {
        self.code = code
        self.node = node
        self.path = path
        self.reason = reason
        self.retryAfter = retryAfter
    }

    /// The node's head is older than was asked for.
    public static func behind(path: String, _ reason: String) -> NodeError { NodeError(.behind, path: path, reason) }

    /// The answer can be read, and says what cannot be.
    public static func malformed(path: String, _ reason: String) -> NodeError {
        NodeError(.malformed, path: path, reason)
    }

    /// Whether the same question may be answered later or by another node.
    public var isRetriable: Bool { ![.refused, .tooLarge, .cancelled].contains(code) }

    /// Whether the node certainly did not act on the request.
    public var wasNotSent: Bool { [.unreachable, .throttled, .circuitOpen].contains(code) }

    /// Code, node, path and reason.
    public var description: String { "\(code) at \(node)\(path): \(reason)" }
}
