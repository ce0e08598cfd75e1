internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

extension Responder {
    /// Answers for the chat services and their control API when the path is one of theirs.
    func chat(
        _ path: String,
        _ request: Request,
        _ body: [UInt8],
        _ context: Connection
    ) async throws -> Response? {
        if path == "/devnet/chats" || path.hasPrefix("/devnet/chats/") {
            do {
                return try controlChats(String(path.dropFirst("/devnet/chats/".count)), request, body)
            } catch {
                return Self.response(400, ["error": .string("\(error)")])
            }
        }
        guard let (sandbox, rest) = node.chats.route(path) else { return nil }
        let question = SandboxRequest(
            method: request.method,
            path: rest,
            query: request.uri.query ?? "",
            headers: request.headers,
            body: body
        )
        guard let answer = try await answer(question, by: sandbox) else {
            try? await context.channel.close()
            throw CancellationError()
        }
        return Self.response(answer)
    }

    /// Answers for a chat service, with what its faults do to the request.
    /// - Returns: `nil` for no answer.
    private func answer(_ request: SandboxRequest, by sandbox: any ChatSandbox) async throws -> ChatAnswer? {
        let disturbance = sandbox.room.disturbance(for: sandbox.recipient(of: request))
        if let latency = disturbance.latency { try await Task.sleep(for: latency) }
        if disturbance.hangs {
            sandbox.room.end(.failed)
            try await Task.sleep(for: .seconds(60))
            return nil
        }
        if let (name, retryAfter) = disturbance.refusal, let refusal = sandbox.refusals[name] {
            sandbox.room.end(.failed)
            return refusal(retryAfter)
        }
        if let status = disturbance.status {
            sandbox.room.end(.failed)
            return ChatAnswer(status: status, .text("<html><body><h1>\(status)</h1></body></html>"))
        }
        let answer = sandbox.answer(request, at: ChatMoment(instant: .now, time: await node.now))
        return disturbance.dropsAnswer ? nil : answer
    }

    /// `GET /devnet/chats`, `GET /devnet/chats/<name>?after=<number>&limit=<count>`, `POST /devnet/chats/<name>`.
    private func controlChats(_ name: String, _ request: Request, _ body: [UInt8]) throws -> Response {
        if name.isEmpty, request.method == .get {
            return Self.response(200, ["chats": .array(node.chats.all.map { $0.room.summary($0.name) })])
        }
        guard let sandbox = node.chats[name] else {
            return Self.response(404, ["error": .string("no chat service \(name)")])
        }
        switch request.method {
        case .get:
            let page = try Page(request, limit: ChatRoom.limit)
            return Self.response(200, sandbox.room.messages(name, after: page.after, limit: page.limit))
        case .post:
            let fields = body.contains { $0 > 32 } ? try JSON(parsing: body) : [:]
            return Self.response(200, try ChatControl.change(sandbox, fields))
        default: return Self.response(405, ["error": .string("no \(request.method.rawValue) for chats")])
        }
    }

    private static func response(_ answer: ChatAnswer) -> Response {
        var headers = HTTPFields()
        switch answer.body {
        case .json: headers[.contentType] = "application/json"
        case .text: headers[.contentType] = "text/html"
        case .nothing: break
        }
        for header in answer.headers {
            if let name = HTTPField.Name(header.name) { headers[name] = header.value }
        }
        return Response(
            status: .init(code: answer.status),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: answer.bytes))
        )
    }
}
