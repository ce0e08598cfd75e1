/// A JSON value whose objects keep the order of their members, as nodes' answers do.
enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// A name and its value.
    struct Member: Sendable, Hashable {
        var key: String
        var value: JSON
    }

    /// The member of that name, or `nil` when this is no object or has none.
    subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A whole number, also when it stands in a string, as query parameters do.
    var int: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        case .string(let text): Int64(text)
        default: nil
        }
    }

    var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .string(let text): Double(text)
        default: nil
        }
    }

    var bool: Bool? {
        switch self {
        case .bool(let value): value
        case .string("true"): true
        case .string("false"): false
        default: nil
        }
    }

    var array: [JSON]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int64) { self = .int(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(key: $0.0, value: $0.1) })
    }
}

/// Members of an object in the making. Zero, false and empty values are left out where proto3's JSON leaves them out.
struct Fields {
    private(set) var members: [JSON.Member] = []

    init() {}

    /// Those of an object, to add to.
    init(_ object: JSON) { members = object.members ?? [] }

    var json: JSON { .object(members) }

    mutating func add(_ key: String, _ value: JSON?) {
        if let value { members.append(.init(key: key, value: value)) }
    }

    mutating func add(_ key: String, _ text: String) { add(key, .string(text)) }

    mutating func add(_ key: String, _ value: Int64) { add(key, .int(value)) }

    mutating func add(unlessZero key: String, _ value: Int64) {
        if value != 0 { add(key, .int(value)) }
    }

    mutating func add(unlessEmpty key: String, _ values: [JSON]) {
        if !values.isEmpty { add(key, .array(values)) }
    }

    mutating func add(unlessEmpty key: String, _ text: String) {
        if !text.isEmpty { add(key, .string(text)) }
    }
}
