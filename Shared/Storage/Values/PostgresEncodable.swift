/// A value that can be a parameter of a statement. It travels in the server's binary format.
public protocol PostgresEncodable: Sendable {
    /// The type the parameter is declared with.
    static var postgresType: PostgresType { get }
    /// True for SQL's NULL; then ``write(to:)`` is not called.
    var isNull: Bool { get }
    /// Appends the binary form, without its length.
    func write(to buffer: inout PostgresBuffer)
}

extension PostgresEncodable {
    /// Never NULL, unless the type says so itself.
    public var isNull: Bool { false }
}

/// A value that can also stand in an array parameter, as `unnest($1::bigint[])` takes it.
public protocol PostgresArrayElement: PostgresEncodable {
    /// The type of a parameter that is an array of these.
    static var postgresArrayType: PostgresType { get }
    /// Appends the binary form of an array of these.
    static func write(_ array: [Self], to buffer: inout PostgresBuffer)
}

extension PostgresArrayElement {
    /// The array type of ``PostgresEncodable/postgresType``; where none is known, left to the server to infer.
    public static var postgresArrayType: PostgresType { postgresType.array ?? .unknown }

    /// The server's binary array (`array_recv`): one dimension with lower bound 1, none when empty. NULLs are allowed.
    public static func write(_ array: [Self], to buffer: inout PostgresBuffer) {
        var nulls = false
        buffer.bytes.reserveCapacity(buffer.bytes.count + 20 + array.count * 12)
        buffer.append(Int32(array.isEmpty ? 0 : 1))
        let flag = buffer.bytes.count
        buffer.append(Int32(0))
        buffer.append(postgresType.rawValue)
        guard !array.isEmpty else { return }
        buffer.append(Int32(array.count))
        buffer.append(Int32(1))
        for value in array {
            if value.isNull {
                nulls = true
                buffer.append(Int32(-1))
            } else {
                buffer.appendCounted { value.write(to: &$0) }
            }
        }
        if nulls { buffer.bytes[flag + 3] = 1 }
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The wrapped type: NULL is declared like the value it stands for.
    public static var postgresType: PostgresType { Wrapped.postgresType }

    /// True for `nil` at any depth of optionals.
    public var isNull: Bool { self?.isNull ?? true }

    /// The wrapped value; nothing for `nil`, which travels as a length of -1.
    public func write(to buffer: inout PostgresBuffer) { self?.write(to: &buffer) }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The element's array type, such as `bigint[]`; `bytea` for `[UInt8]`.
    public static var postgresType: PostgresType { Element.postgresArrayType }

    /// As the element type writes arrays of itself.
    public func write(to buffer: inout PostgresBuffer) { Element.write(self, to: &buffer) }
}

/// An array of bytes is one `bytea`. A byte alone goes as `"char"`, which fits no integer column.
extension UInt8: PostgresArrayElement {
    /// `"char"`, the internal type of one byte; no integer of SQL.
    public static var postgresType: PostgresType { .char }

    /// `bytea`: bytes in a row are one value, not an array.
    public static var postgresArrayType: PostgresType { .bytea }

    /// The byte.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(self) }

    /// The bytes as they are, at once.
    public static func write(_ array: [UInt8], to buffer: inout PostgresBuffer) { buffer.append(contentsOf: array) }
}

extension Array: PostgresArrayElement where Element == UInt8 {}
