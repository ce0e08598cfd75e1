internal import HashTreeCollections
public import Models

/// A TRC-20 token the way Tether's contract on TRON behaves: balances, allowances and what calls cost.
public struct TokenContract: Sendable {
    /// Where it lives.
    public let address: TronAddress
    /// Who created it.
    public let creator: TronAddress
    /// `Tether USD`
    public let name = "Tether USD"
    /// `USDT`
    public let symbol = "USDT"
    /// Decimal places.
    public let decimals: UInt64 = 6
    /// All units in existence.
    public internal(set) var totalSupply: Int64 = 0
    /// The dynamic factor in ten-thousandths: 34,000 is 3.4.
    public var energyFactor: Int64 = 34_000
    /// Base energy used since the last maintenance.
    public internal(set) var energyUsedInCycle: Int64 = 0
    /// Whether maintenance moves the factor. Off while it is pinned for a test.
    public var factorFollowsUse = false
    private var balances = TreeDictionary<TronAddress, Int64>()
    private var allowances = TreeDictionary<DelegationPair, Word>()

    /// An empty token.
    public init(address: TronAddress, creator: TronAddress) {
        self.address = address
        self.creator = creator
    }

    /// Units a holder has.
    public func balance(of holder: TronAddress) -> Int64 { balances[holder] ?? 0 }

    /// Units `spender` may take from `owner`.
    public func allowance(owner: TronAddress, spender: TronAddress) -> Word {
        allowances[DelegationPair(from: owner, to: spender)] ?? .zero
    }

    /// Every holder and what it has, in no order.
    public var holders: [(TronAddress, Int64)] { balances.map { ($0.key, $0.value) } }

    /// Makes new units.
    mutating func mint(_ units: Int64, to holder: TronAddress) {
        totalSupply += units
        setBalance(balance(of: holder) + units, of: holder)
    }

    mutating func setBalance(_ units: Int64, of holder: TronAddress) {
        balances[holder] = units == 0 ? nil : units
    }

    mutating func setAllowance(_ units: Word, owner: TronAddress, spender: TronAddress) {
        allowances[DelegationPair(from: owner, to: spender)] = units == .zero ? nil : units
    }
}

/// An event a contract emitted.
public struct EventLog: Sendable, Hashable {
    /// The contract.
    public var address: TronAddress
    /// The event's hash, then its indexed arguments.
    public var topics: [Word]
    /// The other arguments.
    public var data: [UInt8]

    /// All three parts.
    public init(address: TronAddress, topics: [Word], data: [UInt8]) {
        self.address = address
        self.topics = topics
        self.data = data
    }

    /// `keccak256("Transfer(address,address,uint256)")`
    public static let transferTopic = Word(bytes: [UInt8](hex: transferHash) ?? [])
    /// `keccak256("Approval(address,address,uint256)")`
    public static let approvalTopic = Word(bytes: [UInt8](hex: approvalHash) ?? [])

    private static let transferHash = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    private static let approvalHash = "8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"
}
