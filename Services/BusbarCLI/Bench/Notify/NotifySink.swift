internal import LocalStack
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The receivers of the benchmark: an HTTP/1.1 server on one thread, with an address of the loopback network for each
/// receiver, so that they are as many hosts to who delivers.
final class NotifySink: Sendable {
    /// The same at all addresses.
    let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let listeners: [any Channel]

    private init(port: Int, _ group: MultiThreadedEventLoopGroup, _ listeners: [any Channel]) {
        self.port = port
        self.group = group
        self.listeners = listeners
    }

    /// The address of a receiver.
    static func host(_ receiver: Int) -> String { "127.77.\(receiver / 250).\(receiver % 250 + 1)" }

    /// Where a receiver wants its events.
    func url(_ receiver: Int) -> String { "http://\(Self.host(receiver)):\(port)/e/\(receiver)" }

    /// Listens for so many receivers.
    /// - Throws: ``StackError`` when the addresses cannot be had.
    static func start(receivers count: Int, _ book: SinkBook) async throws -> NotifySink {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var problem = ""
        // A port that is free at one address may be taken at another.
        for _ in 0..<5 {
            let port = try FreePort.find()
            do {
                return NotifySink(port: port, group, try await listen(count, port, group, book))
            } catch let error as IOError {
                problem = "\(error)"
            }
        }
        try? await group.shutdownGracefully()  // There is nothing on it that could be lost.
        throw StackError("the receivers cannot listen on \(count) addresses beginning with \(host(0)): \(problem)")
    }

    private static func listen(
        _ count: Int,
        _ port: Int,
        _ group: MultiThreadedEventLoopGroup,
        _ book: SinkBook
    ) async throws -> [any Channel] {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try pipeline.addHandler(NotifySinkHandler(book))
                }
            }
        var listeners: [any Channel] = []
        do {
            for receiver in 0..<count {
                listeners.append(try await bootstrap.bind(host: host(receiver), port: port).get())
            }
        } catch {
            for listener in listeners { try? await listener.close() }  // The first error is the one to tell.
            throw error
        }
        return listeners
    }

    /// CPU seconds that its thread has used.
    func cpuSeconds() async throws -> Double { try await group.next().submit { BareClock.thread() }.get() }

    /// Closes everything.
    func stop() async {
        try? await group.shutdownGracefully()  // Fails only when it was stopped before.
    }
}
