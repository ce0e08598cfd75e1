internal import HTTPTypes
internal import Hummingbird

extension Responder {
    /// How long a sink that hangs holds a connection.
    private static let patience = Duration.seconds(60)

    /// Answers for the sinks and their control API when the path is one of theirs.
    func sink(
        _ path: String,
        _ request: Request,
        _ body: [UInt8],
        _ context: Connection
    ) async throws -> Response? {
        if let name = Routes.rest(of: path, after: "/sink/") {
            return try await receive(name, request, body, context)
        }
        guard path == "/devnet/sink" || path.hasPrefix("/devnet/sink/") else { return nil }
        do {
            return try controlSink(String(path.dropFirst("/devnet/sink/".count)), request, body)
        } catch {
            return Self.response(400, ["error": .string("\(error)")])
        }
    }

    private func receive(
        _ name: String,
        _ request: Request,
        _ body: [UInt8],
        _ context: Connection
    ) async throws -> Response {
        guard request.method == .post else { return Self.response(405, ["error": "a webhook is a POST"]) }
        guard SinkControl.isName(name) else {
            return Self.response(404, ["error": .string("no sink is called \(name)")])
        }
        let headers = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        guard let reply = node.sink.receive(name, headers: headers, body: body, at: await node.now) else {
            return Self.response(503, ["error": "too many sinks"])
        }
        if let latency = reply.latency { try await Task.sleep(for: latency) }
        switch reply.kind {
        case .answer(let status, let retryAfter, let location, let json):
            var response = Self.response(status, json.bytes, retryAfter: retryAfter)
            if let location { response.headers[.location] = location }
            return response
        case .hang: try await Task.sleep(for: Self.patience)
        case .drop: break
        }
        try? await context.channel.close()
        throw CancellationError()
    }

    /// `GET /devnet/sink`, `GET /devnet/sink/<name>?after=<number>&limit=<count>`, `POST /devnet/sink/<name>`.
    private func controlSink(_ name: String, _ request: Request, _ body: [UInt8]) throws -> Response {
        switch request.method {
        case .get where name.isEmpty: return Self.response(200, node.sink.summary)
        case .get:
            let page = try Page(request, limit: SinkBook.limit)
            guard let json = node.sink.deliveries(of: name, after: page.after, limit: page.limit) else {
                return Self.response(404, ["error": .string("nothing came to a sink \(name), and none is registered")])
            }
            return Self.response(200, json)
        case .post where !name.isEmpty:
            let fields = body.contains { $0 > 32 } ? try JSON(parsing: body) : [:]
            return Self.response(200, try SinkControl.change(node.sink, name, fields))
        default: return Self.response(405, ["error": .string("no \(request.method.rawValue) for sinks")])
        }
    }
}
