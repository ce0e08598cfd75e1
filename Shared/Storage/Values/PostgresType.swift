/// A type of the server, by its object id.
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    /// The `oid` of the row in `pg_type`; fixed for built-in types, by database for others.
    public let rawValue: UInt32

    /// Takes any id; types made by migrations have 16,384 and more.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `boolean`: one byte, 0 or 1.
    public static let bool = PostgresType(rawValue: 16)
    /// `bytea`: bytes as they are.
    public static let bytea = PostgresType(rawValue: 17)
    /// `"char"` in quotes: one byte, used by catalogues. SQL's `char(n)` is ``bpchar``.
    public static let char = PostgresType(rawValue: 18)
    /// `name`: text of up to 63 bytes, used by catalogues.
    public static let name = PostgresType(rawValue: 19)
    /// `bigint`: 64 bits.
    public static let int8 = PostgresType(rawValue: 20)
    /// `smallint`: 16 bits.
    public static let int2 = PostgresType(rawValue: 21)
    /// `integer`: 32 bits.
    public static let int4 = PostgresType(rawValue: 23)
    /// `text`: UTF-8, without U+0000.
    public static let text = PostgresType(rawValue: 25)
    /// `oid`: 32 bits without sign.
    public static let oid = PostgresType(rawValue: 26)
    /// `json`: the document's text as it was stored.
    public static let json = PostgresType(rawValue: 114)
    /// `real`: IEEE 754, 32 bits.
    public static let float4 = PostgresType(rawValue: 700)
    /// `double precision`: IEEE 754, 64 bits.
    public static let float8 = PostgresType(rawValue: 701)
    /// No type yet: of a parameter, to be inferred from where it stands.
    public static let unknown = PostgresType(rawValue: 705)
    /// `character(n)`: text padded with blanks to its length.
    public static let bpchar = PostgresType(rawValue: 1042)
    /// `character varying`: text of limited length.
    public static let varchar = PostgresType(rawValue: 1043)
    /// `date`: days since 2000-01-01 in 32 bits. No Swift type reads it here.
    public static let date = PostgresType(rawValue: 1082)
    /// `timestamp` without time zone: microseconds since 2000-01-01 in 64 bits.
    public static let timestamp = PostgresType(rawValue: 1114)
    /// `timestamptz`: microseconds since 2000-01-01 UTC in 64 bits; no zone is stored.
    public static let timestamptz = PostgresType(rawValue: 1184)
    /// `interval`: microseconds, days and months. No Swift type reads it here.
    public static let interval = PostgresType(rawValue: 1186)
    /// `numeric`: exact decimal in words to base 10,000; see ``PostgresNumeric``.
    public static let numeric = PostgresType(rawValue: 1700)
    /// `void`: the one column of a function that returns nothing. No Swift type reads it.
    public static let void = PostgresType(rawValue: 2278)
    /// `uuid`: 16 bytes.
    public static let uuid = PostgresType(rawValue: 2950)
    /// `jsonb`: a version byte of 1, then the document's text.
    public static let jsonb = PostgresType(rawValue: 3802)
    /// `xid8`: a transaction's number in 64 bits, as `pg_current_xact_id()` gives it.
    public static let xid8 = PostgresType(rawValue: 5069)

    /// The type of arrays of this one, where it is known.
    var array: PostgresType? { arrayTypes[self] }
    /// The type of the elements, where this is a known array type.
    var element: PostgresType? { elementTypes[self] }
    /// Types made by migrations (enums, domains over them) have ids from here on.
    var isUserDefined: Bool { rawValue >= 16_384 }
}

private let arrayTypes: [PostgresType: PostgresType] = Dictionary(
    uniqueKeysWithValues: [
        (PostgresType.bool, 1000), (.bytea, 1001), (.char, 1002), (.name, 1003), (.int2, 1005), (.int4, 1007),
        (.text, 1009), (.bpchar, 1014), (.varchar, 1015), (.int8, 1016), (.float4, 1021), (.float8, 1022),
        (.oid, 1028), (.timestamp, 1115), (.date, 1182), (.timestamptz, 1185), (.interval, 1187), (.numeric, 1231),
        (.json, 199), (.uuid, 2951), (.jsonb, 3807), (.xid8, 271),
    ].map { ($0.0, PostgresType(rawValue: UInt32($0.1))) }
)

private let elementTypes: [PostgresType: PostgresType] = Dictionary(
    uniqueKeysWithValues: arrayTypes.map { ($0.value, $0.key) }
)

extension PostgresType: CustomStringConvertible {
    /// The name as SQL writes it, or `oid 12345`.
    public var description: String {
        if let element { return "\(element)[]" }
        return typeNames[self] ?? "oid \(rawValue)"
    }
}

private let typeNames: [PostgresType: String] = [
    .bool: "boolean", .bytea: "bytea", .char: "\"char\"", .name: "name", .int8: "bigint", .int2: "smallint",
    .int4: "integer", .text: "text", .oid: "oid", .json: "json", .float4: "real", .float8: "double precision",
    .unknown: "unknown", .bpchar: "character", .varchar: "character varying", .date: "date",
    .timestamp: "timestamp", .timestamptz: "timestamptz", .interval: "interval", .numeric: "numeric", .void: "void",
    .uuid: "uuid", .jsonb: "jsonb", .xid8: "xid8",
]
