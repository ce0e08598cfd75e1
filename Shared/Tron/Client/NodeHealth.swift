/// How a node has behaved lately.
public struct NodeHealth: Sendable, Hashable {
    /// Host and port.
    public var node: String
    /// Whether requests are kept away from it at the moment.
    public var isCircuitOpen: Bool
    /// Requests sent.
    public var requests: Int
    /// Requests that failed.
    public var failures: Int
    /// The last failure.
    public var lastError: String?
    /// The highest block it has shown.
    public var head: Int64?
}
