/// A type of the server, by its object id.
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let bool = PostgresType(rawValue: 16)
    public static let bytea = PostgresType(rawValue: 17)
    public static let char = PostgresType(rawValue: 18)
    public static let name = PostgresType(rawValue: 19)
    public static let int8 = PostgresType(rawValue: 20)
    public static let int2 = PostgresType(rawValue: 21)
    public static let int4 = PostgresType(rawValue: 23)
    public static let text = PostgresType(rawValue: 25)
    public static let oid = PostgresType(rawValue: 26)
    public static let json = PostgresType(rawValue: 114)
    public static let float4 = PostgresType(rawValue: 700)
    public static let float8 = PostgresType(rawValue: 701)
    public static let unknown = PostgresType(rawValue: 705)
    public static let bpchar = PostgresType(rawValue: 1042)
    public static let varchar = PostgresType(rawValue: 1043)
    public static let date = PostgresType(rawValue: 1082)
    public static let timestamp = PostgresType(rawValue: 1114)
    public static let timestamptz = PostgresType(rawValue: 1184)
    public static let interval = PostgresType(rawValue: 1186)
    public static let numeric = PostgresType(rawValue: 1700)
    public static let void = PostgresType(rawValue: 2278)
    public static let uuid = PostgresType(rawValue: 2950)
    public static let jsonb = PostgresType(rawValue: 3802)
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
