internal import FoundationEssentials
public import Models

/// Bodies of messages: JSON, with the field names that the types write themselves.
///
/// One encoder and one decoder serve the process; making them anew costs as much as a small message.
public enum MessageJSON {
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return encoder
    }()
    private static let decoder = JSONDecoder()

    /// The body of a message.
    /// - Throws: `EncodingError` for a value that JSON cannot hold.
    public static func encode(_ message: some Message) throws -> [UInt8] {
        [UInt8](try encoder.encode(message))
    }

    /// Reads a body.
    /// - Throws: ``UndecodableMessage``, which is worth parking: another try will not help.
    public static func decode<M: Message>(_ type: M.Type, from body: [UInt8]) throws(UndecodableMessage) -> M {
        do {
            return try decoder.decode(type, from: Data(body))
        } catch {
            throw UndecodableMessage(type: M.name.wireName, reason: reason(of: error))
        }
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        func at(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "" : " at \(path)"
        }
        switch error {
        case .keyNotFound(let key, let context): return "missing \(key.stringValue)\(at(context))"
        case .valueNotFound(_, let context): return "null\(at(context))"
        case .typeMismatch(let type, let context): return "not a \(type)\(at(context))"
        case .dataCorrupted(let context): return "\(context.debugDescription)\(at(context))"
        @unknown default: return "not readable"
        }
    }
}

/// A body that is not the message its type says.
public struct UndecodableMessage: Error, Sendable, Hashable, CustomStringConvertible {
    /// `withdrawal.request.v1`
    public let type: String
    /// What was wrong, and at which field.
    public let reason: String

    /// `type` is the one that was expected, `reason` what the body was instead.
    public init(type: String, reason: String) {
        self.type = type
        self.reason = reason
    }

    /// What was expected and what was wrong, as it is kept with the parked message.
    public var description: String { "not a \(type): \(reason)" }
}
