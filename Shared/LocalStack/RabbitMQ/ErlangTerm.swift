/// A value as Erlang writes it, for calls through ``RabbitMQControl``.
public indirect enum ErlangTerm: Sendable, Hashable {
    /// A name, always quoted.
    case atom(String)
    /// Text as the broker keeps it.
    case binary(String)
    /// A whole number.
    case integer(Int)
    /// Several values.
    case list([ErlangTerm])
    /// A fixed number of values.
    case tuple([ErlangTerm])

    /// The term as source text.
    var text: String {
        switch self {
        case .atom(let name): "'\(name.map(Self.escaped).joined())'"
        // Bytes as numbers: no quoting to get wrong.
        case .binary(let text): "<<" + text.utf8.map { String($0) }.joined(separator: ",") + ">>"
        case .integer(let number): String(number)
        case .list(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .tuple(let items): "{" + items.map(\.text).joined(separator: ",") + "}"
        }
    }

    private static func escaped(_ character: Character) -> String {
        character == "'" || character == "\\" ? "\\\(character)" : String(character)
    }
}
