/// A statement, or a piece of one. `"… WHERE id = \(id)"`: every interpolated value becomes a bound parameter and never
/// part of the text. `\(raw:)` takes literals only, `\(identifier:)` quotes; fragments add up with `+` or
/// `\(fragment)`.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    struct Parameter: Sendable {
        var type: PostgresType
        /// Where its bytes begin.
        var offset: Int
        /// How many there are; -1 for NULL.
        var length: Int
    }

    /// Text in UTF-8 with `$1`, `$2`, ….
    private(set) var text: [UInt8] = []
    /// Where the dollar sign of each parameter stands in the text.
    private(set) var markers: [Int] = []
    private(set) var parameters: [Parameter] = []
    private(set) var values = PostgresBuffer()

    /// An empty fragment.
    public init() {}

    /// A literal is taken as it stands, without parameters.
    public init(stringLiteral value: String) { text = Array(value.utf8) }

    /// What the compiler makes of `"… \(value) …"`.
    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }

    /// A statement whose text was read from a migration or another trusted resource. Never from outside.
    public init(trusted text: String) { self.text = Array(text.utf8) }

    /// What may stand in `\(…)`: values, optionals, fragments, `raw:`, `identifier:`. Nothing else compiles.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        var sql = SQL()

        /// Called by the compiler; both numbers only reserve memory.
        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.text.reserveCapacity(literalCapacity + interpolationCount * 3)
            sql.parameters.reserveCapacity(interpolationCount)
            sql.markers.reserveCapacity(interpolationCount)
        }

        /// Takes text between interpolations as SQL, since it stands in the source.
        public mutating func appendLiteral(_ literal: String) { sql.text.append(contentsOf: literal.utf8) }

        /// Binds a value.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value) { sql.bind(value) }

        /// Binds a value, or NULL of its type.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) { sql.bind(value) }

        /// Inserts another fragment with its parameters.
        public mutating func appendInterpolation(_ fragment: SQL) { sql.append(fragment) }

        /// Inserts text that is known at compile time.
        public mutating func appendInterpolation(raw text: StaticString) {
            text.withUTF8Buffer { sql.text.append(contentsOf: $0) }
        }

        /// Inserts a quoted name of a schema, table, column or role.
        public mutating func appendInterpolation(identifier name: String) {
            sql.text.append(contentsOf: quoted(name).utf8)
        }
    }

    /// Appends a value as the next parameter.
    public mutating func bind<Value: PostgresEncodable>(_ value: Value) {
        markers.append(text.count)
        text.append(UInt8(ascii: "$"))
        let offset = values.bytes.count
        if value.isNull {
            parameters.append(Parameter(type: Value.postgresType, offset: offset, length: -1))
        } else {
            value.write(to: &values)
            parameters.append(
                Parameter(type: Value.postgresType, offset: offset, length: values.bytes.count - offset)
            )
        }
        text.append(contentsOf: String(parameters.count).utf8)
    }

    /// Appends a fragment; its parameters are numbered on.
    public mutating func append(_ other: SQL) {
        guard !other.parameters.isEmpty else {
            text.append(contentsOf: other.text)
            return
        }
        var position = 0
        for (index, marker) in other.markers.enumerated() {
            text.append(contentsOf: other.text[position..<marker])
            markers.append(text.count)
            text.append(UInt8(ascii: "$"))
            text.append(contentsOf: String(parameters.count + index + 1).utf8)
            position = marker + 1 + decimalDigits(index + 1)
        }
        text.append(contentsOf: other.text[position...])
        let shift = values.bytes.count
        values.append(contentsOf: other.values.bytes)
        parameters += other.parameters.map {
            Parameter(type: $0.type, offset: $0.offset + shift, length: $0.length)
        }
    }

    /// One fragment after the other, nothing between; parameters of the second are numbered on.
    public static func + (a: SQL, b: SQL) -> SQL {
        var sum = a
        sum.append(b)
        return sum
    }

    /// Appends in place, as ``append(_:)``.
    public static func += (a: inout SQL, b: SQL) { a.append(b) }
}

extension SQL: CustomStringConvertible {
    /// The text with `$n`; never the values.
    public var description: String { String(decoding: text, as: UTF8.self) }
}

extension [SQL] {
    /// The fragments one after another.
    public func joined(separator: SQL) -> SQL {
        var result = SQL()
        for (index, fragment) in enumerated() {
            if index > 0 { result.append(separator) }
            result.append(fragment)
        }
        return result
    }
}

/// The name in double quotes, those inside doubled.
func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

private func decimalDigits(_ number: Int) -> Int {
    number < 10 ? 1 : number < 100 ? 2 : number < 1000 ? 3 : number < 10_000 ? 4 : 5
}
