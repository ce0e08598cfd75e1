/// One field of a row in the server's binary format. Valid only during the call that receives it.
public struct PostgresCell {
    /// The server's type of the column.
    public let type: PostgresType
    /// The bytes, or `nil` for NULL.
    public let bytes: UnsafeRawBufferPointer?

    init(type: PostgresType, bytes: UnsafeRawBufferPointer?) {
        self.type = type
        self.bytes = bytes
    }

    /// The bytes of a column that must not be NULL.
    public func value() throws(PostgresDecodingFailure) -> UnsafeRawBufferPointer {
        guard let bytes else { throw .null }
        return bytes
    }

    /// Reads a big-endian integer that fills the field.
    func integer<I: FixedWidthInteger>(_: I.Type) throws(PostgresDecodingFailure) -> I {
        let bytes = try value()
        guard bytes.count == MemoryLayout<I>.size else { throw .malformed("\(bytes.count) bytes") }
        return I(bigEndian: bytes.loadUnaligned(as: I.self))
    }
}

/// Why a field could not be decoded; ``PostgresError`` adds which column and where.
public enum PostgresDecodingFailure: Error, Sendable, Equatable {
    /// NULL where the Swift type has no room for it.
    case null
    /// The column is of another type.
    case type
    /// The bytes are not what the type promises, or the value is outside the Swift type's range.
    case malformed(String)
}

/// A Swift type that a column can be read as.
public protocol PostgresDecodable: Sendable {
    /// Reads one field.
    static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Self
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// `nil` for NULL, else the wrapped value.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Self {
        guard cell.bytes != nil else { return nil }
        return try Wrapped.read(cell)
    }
}

/// A type of which a column can be an array.
public protocol PostgresDecodableElement: PostgresDecodable {
    /// Reads a field that is an array of these.
    static func readArray(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> [Self]
}

extension PostgresDecodableElement {
    /// Reads the server's binary array (`array_send`) of one dimension, or none when empty. Lower bounds are ignored,
    /// elements are read by the type that the array names. Arrays of types made by migrations are taken too.
    public static func readArray(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> [Self] {
        let bytes = try cell.value()
        guard cell.type.element != nil || cell.type.isUserDefined else { throw .type }
        var position = 0
        func next() throws(PostgresDecodingFailure) -> Int {
            guard bytes.count - position >= 4 else { throw .malformed("cut array") }
            let word = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int32.self))
            position += 4
            return Int(word)
        }
        let dimensions = try next()
        _ = try next()
        let element = PostgresType(rawValue: UInt32(truncatingIfNeeded: try next()))
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw .malformed("\(dimensions) dimensions") }
        let count = try next()
        _ = try next()
        guard count >= 0, count <= bytes.count / 4 else { throw .malformed("array of \(count)") }
        var values: [Self] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            let length = try next()
            if length < 0 {
                values.append(try read(PostgresCell(type: element, bytes: nil)))
            } else {
                guard bytes.count - position >= length else { throw .malformed("cut array") }
                let field = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
                values.append(try read(PostgresCell(type: element, bytes: field)))
                position += length
            }
        }
        return values
    }
}

extension Optional: PostgresDecodableElement where Wrapped: PostgresDecodableElement {}

extension Array: PostgresDecodable where Element: PostgresDecodableElement {
    /// Reads an array column, `[UInt8]` a `bytea`. NULL is for optional arrays, NULL elements for optional elements.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> [Element] {
        try Element.readArray(cell)
    }
}

extension UInt8: PostgresDecodableElement {
    /// Reads `"char"`, the internal type of one byte; an integer column is of another type.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> UInt8 {
        guard cell.type == .char else { throw .type }
        return try cell.integer(UInt8.self)
    }

    /// Reads `bytea`, a scalar for the server, as it is.
    public static func readArray(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> [UInt8] {
        guard cell.type == .bytea else { throw .type }
        return Array(try cell.value())
    }
}

extension Array: PostgresDecodableElement where Element == UInt8 {}
