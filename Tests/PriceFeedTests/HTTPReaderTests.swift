internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Planning
internal import TestSupport
internal import Testing

@testable import PriceFeed

/// A server that answers every request with the same bytes, in pieces, and may never come to an end.
private struct RawServer {
    /// Runs `body` with its address.
    static func with(
        _ answer: String,
        dripping: Bool = false,
        closing: Bool = true,
        _ body: (String) async throws -> Void
    ) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(answer: answer, dripping: dripping, closing: closing)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        do {
            try await body("http://127.0.0.1:\(port)/price")
            try await channel.close()
        } catch {
            try await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: String
        private let dripping: Bool
        private let closing: Bool
        private var isAnswered = false

        init(answer: String, dripping: Bool, closing: Bool) {
            self.answer = answer
            self.dripping = dripping
            self.closing = closing
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !isAnswered else { return }
            isAnswered = true
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            if dripping { drip(context) } else if closing { context.close(promise: nil) }
        }

        private func drip(_ context: ChannelHandlerContext) {
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .milliseconds(50)) {
                let (handler, context) = bound.value
                guard context.channel.isActive else { return }
                context.writeAndFlush(handler.wrapOutboundOut(ByteBuffer(string: " ")), promise: nil)
                handler.drip(context)
            }
        }
    }
}

/// Answers of people who mean harm, or know no better.
@Suite struct HTTPReaderTests {
    private func fault(_ url: String, within limit: Duration = .seconds(10)) async -> PriceFault? {
        let reader = HTTPReader(
            timeout: limit,
            logger: Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }
        )
        var fault: PriceFault?
        do throws(PriceFault) {
            _ = try await reader.get(url, limit: 1000)
        } catch {
            fault = error
        }
        await reader.shutDown()
        return fault
    }

    @Test func aGoodAnswerIsRead() async throws {
        let body = #"{"symbol":"TRXUSDT","price":"0.3276"}"#
        try await RawServer.with("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)") { url in
            let reader = HTTPReader(
                timeout: .seconds(10),
                logger: Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }
            )
            let read = try? await reader.get(url)
            #expect(read == Array(body.utf8))
            await reader.shutDown()
        }
    }

    @Test func aLimitOfRequestsKeepsItsWish() async throws {
        try await RawServer.with("HTTP/1.1 429 No\r\nretry-after: 17\r\ncontent-length: 0\r\n\r\n") { url in
            let fault = await fault(url)
            #expect(fault?.code == .throttled && fault?.retryAfter == .seconds(17))
        }
    }

    @Test func aRedirectIsNotFollowed() async throws {
        try await RawServer.with("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n") {
            #expect(await fault($0)?.code == .refused)
        }
    }

    @Test func aBodyWithoutEndIsCutOffBySize() async throws {
        let chunk = "400\r\n" + String(repeating: "x", count: 1024) + "\r\n"
        try await RawServer.with("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\(chunk)", closing: false) {
            #expect(await fault($0)?.code == .tooLarge)
        }
    }

    @Test func aBodyThatDripsIsCutOffByTime() async throws {
        try await RawServer.with("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n", dripping: true) { url in
            let start = ContinuousClock.now
            let limit = Duration.patient(.seconds(1))
            #expect(await fault(url, within: limit)?.code == .timedOut)
            #expect(ContinuousClock.now - start < limit + .patient(.seconds(10)))
        }
    }

    @Test func silenceAndNonsenseAreFaultsToo() async throws {
        try await RawServer.with("", closing: false) {
            #expect(await fault($0, within: .patient(.seconds(1)))?.code == .timedOut)
        }
        try await RawServer.with("not http at all\r\n\r\n") { #expect(await fault($0)?.code == .unreachable) }
        #expect(await fault("http://127.0.0.1:1/")?.code == .unreachable)
    }
}
