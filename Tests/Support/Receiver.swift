internal import Foundation
internal import NIOCore
internal import NIOPosix

/// A real server on this machine whose answers the test decides, and which remembers all that reaches it.
package final class Receiver: Sendable {
    package enum Reply: Sendable {
        case answer(_ status: Int, headers: [String: String] = [:], body: String = "")
        /// These bytes as they are; then it waits, or closes.
        case bytes(String, closing: Bool = false)
        /// Never answers.
        case silence
        case hangUp
        /// These bytes, then one more every 20 ms, without end.
        case drip(String, byte: String)
    }

    package struct Request: Sendable {
        /// `POST /hook HTTP/1.1`
        package var line: String
        package var headers: [(name: String, value: String)]
        package var body: String

        package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    package struct Record: Sendable {
        package var connections = 0
        package var closed = 0
        package var requests: [Request] = []
    }

    private let channel: any Channel
    private let log: Events<Record>
    package let port: UInt16

    /// What reached it so far.
    package var record: Record { log.now }

    /// Waits until what reached it is as told.
    package func wait(until isReached: @escaping @Sendable (Record) -> Bool) async throws {
        try await log.wait(limit: .patient(.seconds(20)), until: isReached)
    }

    private init(
        host: String,
        port: Int,
        _ reply: @escaping @Sendable (Request, Int) -> Reply
    ) async throws {
        let log = Events(Record())
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                log.update { $0.connections += 1 }
                channel.closeFuture.whenComplete { _ in log.update { $0.closed += 1 } }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReceiverHandler(log: log, reply: reply))
                }
            }
            .bind(host: host, port: port).get()
        self.port = UInt16(clamping: channel.localAddress?.port ?? 0)
    }

    /// Runs `body` with a receiver that is closed afterwards.
    /// - Parameter reply: what to answer to the request with this index.
    package static func with<Result>(
        host: String = "127.0.0.1",
        port: UInt16 = 0,
        _ reply: @escaping @Sendable (Request, Int) -> Reply = { _, _ in .answer(200) },
        _ body: (Receiver) async throws -> Result
    ) async throws -> Result {
        let receiver = try await Receiver(host: host, port: Int(port), reply)
        do {
            let result = try await body(receiver)
            try await receiver.channel.close()
            return result
        } catch {
            try await receiver.channel.close()
            throw error
        }
    }
}

/// Puts requests together and sends what the test decides.
private final class ReceiverHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let log: Events<Receiver.Record>
    private let reply: @Sendable (Receiver.Request, Int) -> Receiver.Reply
    private var read = ByteBuffer()

    init(log: Events<Receiver.Record>, reply: @escaping @Sendable (Receiver.Request, Int) -> Receiver.Reply) {
        self.log = log
        self.reply = reply
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        read.writeImmutableBuffer(unwrapInboundIn(data))
        while let request = nextRequest() {
            let index = log.update { record in
                record.requests.append(request)
                return record.requests.count - 1
            }
            send(reply(request, index), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func nextRequest() -> Receiver.Request? {
        let text = String(buffer: read)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        var lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let first = lines.removeFirst()
        let headers = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: parts[0].lowercased(), value: String(parts.last ?? "").trimmingCharacters(in: .whitespaces))
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        let head = text[..<end.upperBound].utf8.count
        guard read.readableBytes >= head + length else { return nil }
        read.moveReaderIndex(forwardBy: head)
        let body = read.readString(length: length) ?? ""
        read.discardReadBytes()
        return Receiver.Request(line: first, headers: headers, body: body)
    }

    private func send(_ reply: Receiver.Reply, _ context: ChannelHandlerContext) {
        switch reply {
        case .silence: break
        case .hangUp: context.close(promise: nil)
        case .answer(let status, let headers, let body):
            var text = "HTTP/1.1 \(status) Told\r\nContent-Length: \(body.utf8.count)\r\n"
            for (name, value) in headers { text += "\(name): \(value)\r\n" }
            write(text + "\r\n" + body, context)
        case .bytes(let text, let closing):
            write(text, context)
            if closing { context.close(promise: nil) }
        case .drip(let text, let byte):
            write(text, context)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { task in
                let (handler, context) = bound.value
                guard context.channel.isActive else { return task.cancel() }
                handler.write(byte, context)
            }
        }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
