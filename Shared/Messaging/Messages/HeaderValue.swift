/// A value in a message's headers.
public enum HeaderValue: Sendable, Hashable {
    case string(String)
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    case array([HeaderValue])
    case table([String: HeaderValue])
    case null
}

extension HeaderValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension HeaderValue {
    /// The text of a string value.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number of an integer value.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }
}
