/// A type that is both parameter and column, alone and in arrays. Enums over `String` conform by saying so:
/// `extension Colour: PostgresValue {}`; they are stored as text.
public typealias PostgresValue = PostgresArrayElement & PostgresDecodableElement

extension Bool: PostgresValue {
    /// `boolean`.
    public static var postgresType: PostgresType { .bool }

    /// One byte, 0 or 1.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(UInt8(self ? 1 : 0)) }

    /// Reads `boolean` only; integers are of another type.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Bool {
        guard cell.type == .bool else { throw .type }
        return try cell.integer(UInt8.self) != 0
    }
}

extension Int16: PostgresValue {
    /// `smallint`.
    public static var postgresType: PostgresType { .int2 }

    /// Two bytes in network order.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(self) }

    /// Reads an integer column of any width (`oid` and `xid8` too); malformed when the value does not fit.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Int16 { try cell.anyInteger() }
}

extension Int32: PostgresValue {
    /// `integer`.
    public static var postgresType: PostgresType { .int4 }

    /// Four bytes in network order.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(self) }

    /// Reads an integer column of any width (`oid` and `xid8` too); malformed when the value does not fit.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Int32 { try cell.anyInteger() }
}

extension Int64: PostgresValue {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }

    /// Eight bytes in network order.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(self) }

    /// Reads an integer column of any width (`oid` and `xid8` too); malformed when the value does not fit.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Int64 { try cell.anyInteger() }
}

extension Int: PostgresValue {
    /// `bigint` on every platform.
    public static var postgresType: PostgresType { .int8 }

    /// Eight bytes in network order.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(Int64(self)) }

    /// Reads an integer column of any width (`oid` and `xid8` too); malformed when the value does not fit.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Int { try cell.anyInteger() }
}

extension Double: PostgresValue {
    /// `double precision`.
    public static var postgresType: PostgresType { .float8 }

    /// The bits of IEEE 754 in network order, NaN and infinities included.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(bitPattern) }

    /// Reads `double precision`, and `real` widened. Not `numeric`, which would lose digits: see ``PostgresNumeric``.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Double {
        switch cell.type {
        case .float8: Double(bitPattern: try cell.integer(UInt64.self))
        case .float4: Double(Float(bitPattern: try cell.integer(UInt32.self)))
        default: throw .type
        }
    }
}

extension String: PostgresValue {
    /// `text`.
    public static var postgresType: PostgresType { .text }

    /// UTF-8 without a terminator. The server refuses U+0000.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(self) }

    /// Reads texts, `json` and `jsonb` as the document, `numeric` as its digits, enums made by migrations as the label;
    /// of other types made by migrations the binary form is taken for UTF-8.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> String {
        let bytes = try cell.value()
        switch cell.type {
        case .text, .varchar, .bpchar, .name, .json, .unknown, .char:
            return String(decoding: bytes, as: UTF8.self)
        case .jsonb:
            return String(decoding: bytes.dropFirst(), as: UTF8.self)
        case .numeric:
            return try PostgresNumeric.read(cell).description
        case let type where type.isUserDefined:
            return String(decoding: bytes, as: UTF8.self)
        default: throw .type
        }
    }
}

extension RawRepresentable where Self: PostgresEncodable, RawValue == String {
    /// `text`; a parameter for an enum of the server needs a cast.
    public static var postgresType: PostgresType { .text }

    /// The raw value in UTF-8.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(rawValue) }
}

extension RawRepresentable where Self: PostgresDecodable, RawValue == String {
    /// Reads what `String` reads; malformed when no case has the raw value.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Self {
        let text = try String.read(cell)
        guard let value = Self(rawValue: text) else { throw .malformed("no case for '\(text.prefix(40))'") }
        return value
    }
}

extension PostgresCell {
    /// Reads an integer column of any width whose value fits.
    func anyInteger<I: FixedWidthInteger>() throws(PostgresDecodingFailure) -> I {
        let wide: Int64
        switch type {
        case .int8, .xid8: wide = try integer(Int64.self)
        case .int4: wide = Int64(try integer(Int32.self))
        case .int2: wide = Int64(try integer(Int16.self))
        case .oid: wide = Int64(try integer(UInt32.self))
        default: throw .type
        }
        guard let value = I(exactly: wide) else { throw .malformed("\(wide) does not fit") }
        return value
    }
}
