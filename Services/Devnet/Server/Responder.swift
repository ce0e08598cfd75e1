internal import ChainModel
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Telemetry

/// A request's connection, kept so that a fault can close it.
struct Connection: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Turns HTTP requests into calls of the node and its control API.
struct Responder: HTTPResponder {
    typealias Context = Connection

    /// What a node accepts at most: 4 MiB.
    static let maximumBody = 4 << 20
    let node: Node
    let sandboxes: Sandboxes
    /// Where each request is noted, with the trace it belongs to.
    var log: Logger?

    func respond(to request: Request, context: Connection) async throws -> Response {
        guard let log else { return try await answer(to: request, context) }
        let trace = request.headers[.traceparent].flatMap(TraceContext.init(traceparent:))
        return try await TraceContext.$current.withValue(trace) {
            let start = ContinuousClock.now
            var status: Int?
            defer {
                log.info(
                    "\(request.method.rawValue) \(request.uri.path)",
                    metadata: [
                        "status": "\(status.map(String.init) ?? "no answer")",
                        "ms": "\(Int64((ContinuousClock.now - start) / .milliseconds(1)))",
                    ]
                )
            }
            let response = try await answer(to: request, context)
            status = response.status.code
            return response
        }
    }

    private func answer(to request: Request, _ context: Connection) async throws -> Response {
        let body: [UInt8]
        do {
            body = Array(buffer: try await request.body.collect(upTo: Self.maximumBody))
        } catch is NIOTooManyBytesError {
            return Self.response(413, ["Error": "request body too large"])
        }
        var path = request.uri.path
        while path.hasSuffix("/"), path.count > 1 { path.removeLast() }
        if let response = try await sink(path, request, body, context) { return response }
        if let response = try await chat(path, request, body, context) { return response }
        if let name = Routes.rest(of: path, after: "/devnet/") {
            return await control(name, request.method, body)
        }
        if let (sandbox, rest) = sandboxes.route(path) {
            return try await play(sandbox, rest, request, body, context)
        }
        if let response = try await price(path, request) { return response }
        let disturbance = await node.disturbance(of: path)
        if let latency = disturbance.latency { try await Task.sleep(for: latency) }
        if let status = disturbance.status {
            let limited: JSON = ["Error": "The key exceeds the frequency limit, and the query server is suspended"]
            let body = status.body.map { Array($0.utf8) } ?? limited.bytes
            return Self.response(status.code, body, retryAfter: status.retryAfter)
        }
        let response = await answer(path, request, body)
        if disturbance.dropAnswer {
            try? await context.channel.close()
            throw CancellationError()
        }
        return response
    }

    private func answer(_ path: String, _ request: Request, _ body: [UInt8]) async -> Response {
        do {
            var fields: JSON = [:]
            if body.contains(where: { $0 > 32 }) {
                fields = try JSON(parsing: body)
            } else {
                let parameters = request.uri.queryParameters
                fields = .object(parameters.map { .init(key: String($0.key), value: .string(String($0.value))) })
            }
            guard let json = try await Routes.answer(path, Query(fields), node) else {
                return Self.response(404, ["Error": .string("no such path \(path)")])
            }
            return Self.response(200, json)
        } catch let error as NodeError {
            return Self.response(200, error.json)
        } catch let error as JSONError {
            let reason = NodeError(exception: "com.alibaba.fastjson.JSONException", reason: error.description)
            return Self.response(200, reason.json)
        } catch {
            return Self.response(500, ["Error": .string("\(error)")])
        }
    }

    private func play(
        _ sandbox: any Sandbox,
        _ path: String,
        _ request: Request,
        _ body: [UInt8],
        _ context: Connection
    ) async throws -> Response {
        let question = SandboxRequest(
            method: request.method,
            path: path,
            query: request.uri.query ?? "",
            headers: request.headers,
            body: body
        )
        let answer = try await sandboxes.answer(question, by: sandbox)
        if answer.isLost {
            try? await context.channel.close()
            throw CancellationError()
        }
        return Self.response(answer.status, answer.bytes, retryAfter: answer.retryAfter)
    }

    /// `GET /devnet/suppliers`, and `GET` or `POST /devnet/suppliers/<name>`.
    private func controlSuppliers(
        _ path: Substring,
        _ method: HTTPRequest.Method,
        _ body: [UInt8]
    ) async throws -> Response {
        if path.isEmpty, method == .get { return Self.response(200, await sandboxes.statements()) }
        guard let sandbox = sandboxes[String(path.dropFirst())] else {
            return Self.response(404, ["error": .string("no supplier \(path.dropFirst())")])
        }
        switch method {
        case .get: return Self.response(200, await sandbox.desk.statement())
        case .post:
            let fields = body.contains { $0 > 32 } ? try JSON(parsing: body) : [:]
            return Self.response(200, try await SupplierControl.change(sandbox.desk, fields))
        default: return Self.response(405, ["error": .string("no \(method.rawValue) for suppliers")])
        }
    }

    private func control(_ name: String, _ method: HTTPRequest.Method, _ body: [UInt8]) async -> Response {
        if name == "suppliers" || name.hasPrefix("suppliers/") {
            do {
                return try await controlSuppliers(name.dropFirst("suppliers".count), method, body)
            } catch {
                return Self.response(400, ["error": .string("\(error)")])
            }
        }
        let table = method == .get ? Control.get : Control.post
        guard method == .get || method == .post, let endpoint = table[name] else {
            let isKnown = Control.get[name] != nil || Control.post[name] != nil
            return Self.response(isKnown ? 405 : 404, ["error": .string("no \(method.rawValue) /devnet/\(name)")])
        }
        do {
            let fields = body.contains { $0 > 32 } ? try JSON(parsing: body) : [:]
            return Self.response(200, try await endpoint(node, fields))
        } catch {
            return Self.response(400, ["error": .string("\(error)")])
        }
    }

    static func response(_ status: Int, _ json: JSON) -> Response {
        response(status, json.bytes, retryAfter: nil)
    }

    static func response(_ status: Int, _ body: [UInt8], retryAfter: Int?) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json;charset=utf-8"
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        return Response(
            status: .init(code: status),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}

extension HTTPField.Name {
    fileprivate static var traceparent: Self {
        guard let name = Self(TraceContext.headerName) else { preconditionFailure("a constant name") }
        return name
    }
}
