internal import FoundationEssentials
internal import Models

/// A question to a node: a path and the fields of its JSON body.
public struct NodeRequest: Sendable, Hashable {
    /// A value in a request's body.
    public enum Value: Sendable, Hashable, Encodable {
        case text(String)
        case number(Int64)
        case flag(Bool)

        /// The bare value.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            case .flag(let flag): try container.encode(flag)
            }
        }
    }

    /// Below the node's base address, such as `/wallet/getaccount`.
    public var path: String
    /// The body's fields.
    public var fields: [String: Value]

    /// A path and fields.
    public init(path: String, fields: [String: Value] = [:]) {
        self.path = path
        self.fields = fields
    }

    /// Whether it goes to the solidified state.
    public var isSolid: Bool { path.hasPrefix("/walletsolidity/") }

    /// The JSON body.
    public var body: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(fields))
        } catch {
            preconditionFailure("texts, integers and flags always encode: \(error)")
        }
    }
}

extension NodeRequest.Value {
    static func address(_ address: TronAddress) -> Self { .text(address.hex) }
}

/// Which state a node answers from.
public enum StateView: Sendable, Hashable {
    /// The newest block, which may still be reorganised away.
    case head
    /// The newest solidified block, which is final.
    case solid

    func path(_ name: String) -> String {
        switch self {
        case .head: "/wallet/" + name
        case .solid: "/walletsolidity/" + name
        }
    }
}
