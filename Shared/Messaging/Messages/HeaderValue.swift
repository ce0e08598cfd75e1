/// A value in a message's headers.
public enum HeaderValue: Sendable, Hashable {
    /// UTF-8, field type `S`. Bytes that are none are replaced when read.
    case string(String)
    /// Written with 64 bits (`l`); any width is read, unsigned ones beyond 2^63 - 1 as that.
    case integer(Int64)
    /// Field type `d`; single precision is read too.
    case double(Double)
    /// Field type `t`.
    case boolean(Bool)
    /// Field type `x`.
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    /// Field type `A`; arrays and tables nest 16 deep at most.
    case array([HeaderValue])
    /// Field type `F`, keys of at most 255 bytes.
    case table([String: HeaderValue])
    /// Field type `V`; also what is read of types not listed here.
    case null
}

extension HeaderValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// A literal in quotes is a ``string(_:)``.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole literal is an ``integer(_:)``.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// `true` and `false` are a ``boolean(_:)``.
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
