/// A value that is one string in JSON, the same as its description.
public protocol TextCoded: Codable, LosslessStringConvertible {
    /// What a text must be, for the error about one that is not; continues "not".
    static var textForm: String { get }
}

extension TextCoded {
    /// From a JSON string; `DecodingError` for what ``init(_:)`` refuses.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not \(Self.textForm)")
        }
        self = value
    }

    /// As a JSON string, the description.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
