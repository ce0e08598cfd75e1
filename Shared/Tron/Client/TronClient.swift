internal import AsyncHTTPClient
public import Logging
internal import NIOCore

/// Several nodes behind one set of calls. The first usable one is asked; reads move on to the next when it fails.
///
/// Nodes are used in their order, not in turn, so that what one call saw the next sees too. Call ``shutdown()`` at the end.
public final class TronClient: TronNode {
    private let nodes: [NodeConnection]
    private let configuration: TronClientConfiguration
    private let http: HTTPClient
    private let logger: Logger

    /// - Parameter endpoints: the nodes, the preferred first. Without any, every call fails as `unreachable`.
    public init(
        _ endpoints: [NodeEndpoint],
        configuration: TronClientConfiguration = TronClientConfiguration(),
        logger: Logger = Logger(label: "tron")
    ) {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout.connect = TimeAmount(configuration.connectTimeout)
        settings.timeout.read = TimeAmount(configuration.timeout)
        settings.connectionPool.idleTimeout = .seconds(30)
        settings.decompression = .disabled
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        self.http = http
        self.configuration = configuration
        self.logger = logger
        nodes = endpoints.map { NodeConnection($0, configuration: configuration, http: http) }
    }

    /// Closes the connections. Calls that are under way fail.
    public func shutdown() async {
        do {
            try await http.shutdown()
        } catch {
            logger.debug("connections to nodes were closed already", metadata: ["error": "\(error)"])
        }
    }

    /// How each node has behaved lately.
    public var health: [NodeHealth] { nodes.map(\.health) }

    /// Answers from the first usable node; a failure that another node or moment may not have is tried again, in all
    /// ``TronClientConfiguration/attempts`` times.
    public func answer(to request: NodeRequest) async throws(NodeError) -> [UInt8] {
        try await onSomeNode(path: request.path) { node throws(NodeError) in try await node.answer(to: request) }
    }

    /// Runs several calls on ONE node, so that they see one state (as far as that node itself is one: a service behind
    /// a load balancer may be many). Moves on to the next node when any of them fails; `body` is then run again.
    public func onSameNode<Value: Sendable>(
        _ body: (any TronNode) async throws(NodeError) -> Value
    ) async throws(NodeError) -> Value {
        try await onSomeNode(path: "") { node throws(NodeError) in try await body(node) }
    }

    func onSomeNode<Value: Sendable>(
        path: String,
        _ body: (NodeConnection) async throws(NodeError) -> Value
    ) async throws(NodeError) -> Value {
        var failed: Set<String> = []
        var last = NodeError(.unreachable, path: path, "no node is configured")
        var pause = configuration.backoff
        for attempt in 0..<max(1, configuration.attempts) {
            guard let node = choose(except: failed) else { break }
            do throws(NodeError) {
                return try await body(node)
            } catch {
                guard error.isRetriable else { throw error }
                logger.debug("a node failed", metadata: ["error": "\(error)", "attempt": "\(attempt + 1)"])
                // "Not asked" says less than why it is not asked.
                if error.code != .circuitOpen || last.node.isEmpty { last = error }
                failed.insert(node.name)
            }
            if failed.count == nodes.count {
                // All were tried: start over after a pause, if any may be asked by then.
                failed = []
                guard attempt + 1 < configuration.attempts, nodes.contains(where: \.isUsable) else { break }
                try await sleep(.nanoseconds(Int64.random(in: 0...pause.nanoseconds)), path: path)
                pause = pause * 2
            }
        }
        throw last
    }

    func nodesInOrder() -> [NodeConnection] {
        let usable = nodes.filter(\.isUsable)
        return usable.isEmpty ? nodes : usable
    }

    var batchWidth: Int { max(1, configuration.batchWidth) }

    private func choose(except failed: Set<String>) -> NodeConnection? {
        let candidates = nodes.filter { !failed.contains($0.name) }
        return candidates.first(where: \.isUsable) ?? candidates.first
    }

    private func sleep(_ duration: Duration, path: String) async throws(NodeError) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw NodeError(.cancelled, path: path, "cancelled")
        }
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
