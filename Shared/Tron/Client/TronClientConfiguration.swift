/// How ``TronClient`` behaves. Every limit has a default that suits public nodes.
public struct TronClientConfiguration: Sendable {
    /// The longest one request may take, the answer's last byte included.
    public var timeout: Duration = .seconds(5)
    /// The longest a connection may take.
    public var connectTimeout: Duration = .seconds(2)
    /// The largest answer in bytes. A full block of mainnet has about 1 MB.
    public var answerLimit = 16 << 20
    /// How often a read is tried in all, on one node or several.
    public var attempts = 3
    /// The first pause before a node is tried again; doubles, with full jitter.
    public var backoff: Duration = .milliseconds(100)
    /// How long a request may wait for its turn under a node's rate limit.
    public var ratePatience: Duration = .seconds(2)
    /// How long a node is left alone that throttles without saying how long.
    public var throttlePause: Duration = .seconds(30)
    /// Failures in a row that open a node's circuit.
    public var circuitThreshold = 5
    /// How long a circuit opens first; doubles each time.
    public var circuitPause: Duration = .seconds(1)
    /// How long it opens at most.
    public var circuitPauseLimit: Duration = .seconds(30)
    /// How many requests of one batch run at once.
    public var batchWidth = 8
    /// Headers to send besides the client's own, asked for before each request in the task that makes it: a trace's
    /// `traceparent`, for one. None by default.
    public var extraHeaders: @Sendable () -> [(name: String, value: String)] = { [] }

    /// The defaults.
    public init() {}
}
