/// What stake buys on TRON. The raw value is the protocol's `ResourceCode`.
public enum Resource: Int, Sendable, Hashable, CaseIterable, Codable {
    /// Bytes of transactions.
    case bandwidth = 0
    /// Work of smart contracts.
    case energy = 1

    /// The protocol's own word, as JSON carries it: `BANDWIDTH`, `ENERGY`.
    public var code: String {
        switch self {
        case .bandwidth: "BANDWIDTH"
        case .energy: "ENERGY"
        }
    }

    /// - Returns: `nil` for any other word.
    public init?(code: some StringProtocol) {
        switch code {
        case "BANDWIDTH": self = .bandwidth
        case "ENERGY": self = .energy
        default: return nil
        }
    }
}
