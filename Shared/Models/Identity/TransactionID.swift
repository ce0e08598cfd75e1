/// A transaction's identity on chain: the SHA-256 of its raw data, 32 bytes. Text form is 64 hexadecimal digits.
public struct TransactionID: Hashable, Sendable, CustomStringConvertible {
    /// The hash, always 32 bytes.
    public let bytes: [UInt8]

    /// - Returns: `nil` unless there are exactly 32 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    /// - Returns: `nil` unless the text is 64 hexadecimal digits.
    public init?(hex: String) {
        guard let bytes = [UInt8](hex: hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// 64 lower-case hexadecimal digits, as nodes and explorers write it.
    public var hex: String { bytes.hex }
    /// The ``hex``.
    public var description: String { hex }
}

extension TransactionID: Codable {
    /// From a JSON string of 64 hexadecimal digits of either case; `DecodingError` when it is not that.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = TransactionID(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not 64 hexadecimal digits")
        }
        self = id
    }

    /// As a JSON string, the ``hex``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
