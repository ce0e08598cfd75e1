internal import FoundationEssentials
internal import Models

/// The conventions of a node's answers: HTTP 200 for business errors, bare text when a call is closed, `Error`, and `{}`
/// for "none".
enum NodeAnswer {
    private struct Envelope: Decodable {
        var Error: String?
    }

    /// Throws what the answer reports as an error.
    /// - Parameter pause: how long to leave a node alone that throttles without saying how long.
    static func check(
        status: Int,
        retryAfter: Duration?,
        body: [UInt8],
        path: String,
        pause: Duration
    ) throws(NodeError) {
        let text = String(decoding: body.prefix(300), as: UTF8.self)
        switch status {
        case 200..<300: break
        case 403, 429, 503:
            throw NodeError(.throttled, path: path, "HTTP \(status) \(text)", retryAfter: retryAfter ?? pause)
        case 413: throw NodeError(.refused, path: path, "request too large")
        case 404: throw NodeError(.notOffered, path: path, text)
        case 400..<500 where status != 408:
            throw NodeError(.refused, path: path, "HTTP \(status) \(text)")
        default: throw NodeError(.unavailable, path: path, "HTTP \(status) \(text)", retryAfter: retryAfter)
        }
        guard let first = body.first(where: { $0 > 32 }) else {
            throw NodeError(.malformed, path: path, "empty answer")
        }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            throw NodeError(.notOffered, path: path, text)
        }
        // Errors are short; a large answer is never searched twice.
        guard body.count < 65_536, let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(body)),
            let message = envelope.Error
        else { return }
        if message.contains("lack of computing resources") {
            throw NodeError(.throttled, path: path, message, retryAfter: .seconds(1))
        }
        if message.contains("frequency limit") || message.contains("is suspended") {
            throw NodeError(.throttled, path: path, message, retryAfter: retryAfter ?? pause)
        }
        throw NodeError(.refused, path: path, message)
    }

    /// The payload, or `nil` for `{}`.
    static func decode<Payload: Decodable>(
        _: Payload.Type,
        _ body: [UInt8],
        path: String
    ) throws(NodeError) -> Payload? {
        if isEmptyObject(body) { return nil }
        do {
            return try JSONDecoder().decode(Payload.self, from: Data(body))
        } catch {
            throw NodeError(.malformed, path: path, describe(error))
        }
    }

    static func isEmptyObject(_ body: [UInt8]) -> Bool {
        body.count < 16 && body.filter { $0 > 32 } == [UInt8(ascii: "{"), UInt8(ascii: "}")]
    }

    /// A text that a node gives in hexadecimal unless asked for visible text, and sometimes plain all the same.
    static func message(_ text: String?) -> String {
        guard let text else { return "" }
        guard !text.isEmpty, let bytes = [UInt8](hex: text), let decoded = String(validating: bytes, as: UTF8.self)
        else { return text }
        return decoded
    }

    private static func describe(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "not JSON" }
        let (context, what): (DecodingError.Context, String) =
            switch error {
            case .keyNotFound(let key, let context): (context, "\(key.stringValue) is missing")
            case .typeMismatch(let type, let context): (context, "not \(type)")
            case .valueNotFound(_, let context): (context, "null")
            case .dataCorrupted(let context): (context, context.debugDescription)
            @unknown default: (.init(codingPath: [], debugDescription: ""), "unreadable")
            }
        return context.codingPath.map(\.stringValue).joined(separator: ".") + ": " + what
    }
}

extension TronNode {
    func ask<Payload: Decodable>(
        _ type: Payload.Type,
        _ path: String,
        _ fields: [String: NodeRequest.Value] = [:]
    ) async throws(NodeError) -> Payload? {
        let body = try await answer(to: NodeRequest(path: path, fields: fields))
        return try NodeAnswer.decode(type, body, path: path)
    }

    func require<Payload: Decodable>(
        _ type: Payload.Type,
        _ path: String,
        _ fields: [String: NodeRequest.Value] = [:]
    ) async throws(NodeError) -> Payload {
        guard let payload = try await ask(type, path, fields) else {
            throw NodeError(.malformed, path: path, "empty answer")
        }
        return payload
    }
}
