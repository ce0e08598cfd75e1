internal import FoundationEssentials

/// A document of a `jsonb` column, as its UTF-8 bytes.
public struct PostgresJSON: Hashable, PostgresValue {
    /// One JSON document. The server refuses what is not.
    public var bytes: [UInt8]

    /// - Parameter bytes: one JSON document in UTF-8.
    public init(bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

    /// A value as Foundation encodes it, keys sorted.
    public init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        bytes = Array(try encoder.encode(value))
    }

    /// Reads the document as a Swift type.
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// `jsonb`; the server converts it where it is stored as `json`.
    public static var postgresType: PostgresType { .jsonb }

    /// Version 1 and the document. The server normalises it: spaces, the order of keys and repeated keys are lost.
    public func write(to buffer: inout PostgresBuffer) {
        buffer.append(UInt8(1))
        buffer.append(contentsOf: bytes)
    }

    /// Reads `jsonb` of version 1, and `json`; does not parse the document.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> PostgresJSON {
        let bytes = try cell.value()
        switch cell.type {
        case .json: return PostgresJSON(bytes: bytes)
        case .jsonb:
            guard bytes.first == 1 else { throw .malformed("version \(bytes.first ?? 0) of jsonb") }
            return PostgresJSON(bytes: bytes.dropFirst())
        default: throw .type
        }
    }
}
