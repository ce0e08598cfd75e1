internal import NIOCore
internal import NIOHTTP1
internal import Webhooks

/// One connection to a receiver of the benchmark.
final class NotifySinkHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let book: SinkBook
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// Of a request that gets no answer.
    private var silent: Int?

    init(_ book: SinkBook) { self.book = book }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.removeAll(keepingCapacity: true)
        case .body(let part): body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let head else { return }
            self.head = nil
            answer(Self.request(head, body), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let silent { book.closed(silent) }
        silent = nil
        context.fireChannelInactive()
    }

    /// A sender that was killed resets its connections.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private static func request(_ head: HTTPRequestHead, _ body: [UInt8]) -> SinkBook.Request {
        func header(_ name: String) -> String { head.headers.first(name: name) ?? "" }
        return SinkBook.Request(
            receiver: head.uri.hasPrefix("/e/") ? Int(head.uri.dropFirst(3)) : nil,
            id: header(WebhookHeaderName.id),
            timestamp: header(WebhookHeaderName.timestamp),
            signature: header(WebhookHeaderName.signature),
            body: body
        )
    }

    private func answer(_ request: SinkBook.Request, _ context: ChannelHandlerContext) {
        let verdict = book.take(request, at: BareClock.now())
        switch verdict.answer {
        case .accepted:
            respond(.ok, "ok", context)
            if let event = verdict.event { book.accepted(event, at: BareClock.now()) }
        case .failed: respond(.internalServerError, "", context)
        case .throttled(let seconds): respond(.tooManyRequests, "", retryAfter: seconds, context)
        case .gone: respond(.gone, "", context)
        case .silence: leaveOpen(request.receiver, context)
        case nil: respond(.badRequest, "", context)
        }
    }

    private func respond(
        _ status: HTTPResponseStatus,
        _ text: String,
        retryAfter: Int? = nil,
        _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders([("content-length", "\(text.utf8.count)")])
        if let retryAfter { headers.add(name: "retry-after", value: "\(retryAfter)") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
            promise: nil
        )
        if !text.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func leaveOpen(_ receiver: Int?, _ context: ChannelHandlerContext) {
        guard let receiver else { return }
        silent = receiver
        book.opened(receiver)
        // After what else has happened by now: who gives up one request and begins another has not two.
        let book = book
        context.eventLoop.execute { book.countOpen(receiver) }
    }
}
