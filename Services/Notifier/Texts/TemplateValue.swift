/// A JSON value as templates meet it. Integers stay integers: nothing that is money becomes a floating-point number.
enum TemplateValue: Sendable, Hashable {
    case null
    case flag(Bool)
    case integer(Int64)
    case text(String)
    case list([TemplateValue])
    case object([String: TemplateValue])

    /// A field of an object; `nil` where there is none, or it is null.
    subscript(field: String) -> TemplateValue? {
        guard case .object(let fields) = self, let value = fields[field], value != .null else { return nil }
        return value
    }

    /// What it looks like on one line; lists and objects as compact JSON without quotation.
    var shown: String {
        switch self {
        case .null: ""
        case .flag(let flag): flag ? "true" : "false"
        case .integer(let integer): String(integer)
        case .text(let text): text
        case .list(let values): values.map(\.shown).joined(separator: ", ")
        case .object(let fields):
            fields.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shown)" }.joined(separator: ", ")
        }
    }
}

extension TemplateValue: Decodable {
    /// Any JSON value. A number that is no integer is kept as its decimal text.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let fields = try? container.decode([String: TemplateValue].self) {
            self = .object(fields)
        } else if let values = try? container.decode([TemplateValue].self) {
            self = .list(values)
        } else {
            self = .text(String(describing: try container.decode(Double.self)))
        }
    }
}
