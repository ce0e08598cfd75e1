/// A value among the settings of a supplier or a policy.
enum RegistryValue: Codable, Sendable, Equatable, CustomStringConvertible {
    case text(String)
    case number(Int64)
    case flag(Bool)
    /// Takes away what is there: nothing, or as the house has it.
    case nothing

    /// A number or `true` and `false` where it reads as one, else text.
    init(reading text: String) {
        switch text {
        case "true": self = .flag(true)
        case "false": self = .flag(false)
        default: self = Int64(text).map { .number($0) } ?? .text(text)
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .nothing
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Int64.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .nothing: try container.encodeNil()
        }
    }

    var description: String {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        case .nothing: ""
        }
    }
}
