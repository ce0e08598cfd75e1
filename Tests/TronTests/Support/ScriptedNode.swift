import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Tron

/// A real HTTP server on loopback whose answers the test decides, failures of the network included.
final class ScriptedNode: Sendable {
    enum Reply: Sendable {
        case json(String, status: Int = 200, headers: [String: String] = [:])
        /// Never answers.
        case silence
        /// Closes the connection instead of answering.
        case hangUp
        /// Answers with a byte every 50 ms, without end.
        case trickle
    }

    struct Asked: Sendable {
        var path: String
        var body: String
        var headers: [String: String]
    }

    /// What to answer to a request, given its index.
    struct Script: Sendable {
        let reply: @Sendable (Asked, Int) -> Reply

        init(_ reply: @escaping @Sendable (Asked, Int) -> Reply) { self.reply = reply }
    }

    private let channel: any Channel
    private let log: Log
    let url: String

    final class Log: Sendable {
        let asked = Mutex<[Asked]>([])
        let open = Mutex<(now: Int, most: Int)>((0, 0))
    }

    var asked: [Asked] { log.asked.withLock { $0 } }
    /// The most requests that were under way at once.
    var mostAtOnce: Int { log.open.withLock { $0.most } }

    private init(delay: Duration, _ reply: @escaping @Sendable (Asked, Int) -> Reply) async throws {
        let log = Log()
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(log: log, delay: delay, reply: reply))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    }

    /// Runs `body` with a server that is closed afterwards.
    /// - Parameter reply: what to answer to the request with this index.
    static func with(
        delay: Duration = .zero,
        _ script: Script,
        _ body: (ScriptedNode) async throws -> Void
    ) async throws {
        let node = try await ScriptedNode(delay: delay, script.reply)
        do {
            try await body(node)
        } catch {
            try await node.channel.close()
            throw error
        }
        try await node.channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private let delay: Duration
        private let reply: @Sendable (Asked, Int) -> Reply
        private var current = Asked(path: "", body: "", headers: [:])

        init(log: Log, delay: Duration, reply: @escaping @Sendable (Asked, Int) -> Reply) {
            self.log = log
            self.delay = delay
            self.reply = reply
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                let headers = head.headers.map { ($0.name.lowercased(), $0.value) }
                current = Asked(
                    path: head.uri,
                    body: "",
                    headers: Dictionary(headers, uniquingKeysWith: { first, _ in first })
                )
            case .body(let buffer): current.body += String(buffer: buffer)
            case .end:
                let asked = current
                let index = log.asked.withLock { all in
                    all.append(asked)
                    return all.count - 1
                }
                log.open.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                let answer = reply(asked, index)
                let loop = context.eventLoop
                let bound = NIOLoopBound((self, context), eventLoop: loop)
                loop.scheduleTask(in: TimeAmount(delay)) {
                    let (handler, context) = bound.value
                    handler.log.open.withLock { $0.now -= 1 }
                    handler.send(answer, context)
                }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func send(_ reply: Reply, _ context: ChannelHandlerContext) {
            switch reply {
            case .silence: break
            case .hangUp: context.close(promise: nil)
            case .json(let text, let status, let fields):
                var headers = HTTPHeaders(fields.map { ($0.key, $0.value) })
                headers.add(name: "content-length", value: String(text.utf8.count))
                head(context, status: status, headers: headers)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .trickle:
                head(context, status: 200, headers: [:])
                let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
                context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(50)) { task in
                    let (handler, context) = bound.value
                    guard context.channel.isActive else {
                        task.cancel()
                        return
                    }
                    let byte = ByteBuffer(string: " ")
                    context.writeAndFlush(handler.wrapOutboundOut(.body(.byteBuffer(byte))), promise: nil)
                }
            }
        }

        private func head(_ context: ChannelHandlerContext, status: Int, headers: HTTPHeaders) {
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
        }
    }
}

/// A client that is shut down afterwards.
func withClient(
    _ endpoints: [NodeEndpoint],
    _ configuration: TronClientConfiguration = configured(),
    _ body: (TronClient) async throws -> Void
) async throws {
    let client = TronClient(endpoints, configuration: configuration)
    do {
        try await body(client)
    } catch {
        await client.shutdown()
        throw error
    }
    await client.shutdown()
}

/// A configuration that waits little, changed as a test needs.
func configured(_ change: (inout TronClientConfiguration) -> Void = { _ in }) -> TronClientConfiguration {
    var configuration = TronClientConfiguration()
    configuration.backoff = .milliseconds(1)
    change(&configuration)
    return configuration
}
