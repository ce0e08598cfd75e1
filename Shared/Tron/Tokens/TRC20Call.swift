public import ChainModel
public import Models

/// A call of a TRC-20 token, as it stands in the data of a ``TriggerSmartContract``.
///
/// Four bytes of selector, then words of 32 bytes; an address is its 20 bytes padded on the left (Solidity ABI).
public enum TRC20Call: Sendable, Hashable {
    /// `transfer(address,uint256)`: from the caller to `recipient`.
    case transfer(recipient: TronAddress, amount: Word)
    /// `transferFrom(address,address,uint256)`: from `sender`, who allowed it, to `recipient`.
    case transferFrom(sender: TronAddress, recipient: TronAddress, amount: Word)
    /// `approve(address,uint256)`: lets `spender` take up to `amount` from the caller.
    case approve(spender: TronAddress, amount: Word)
    /// `balanceOf(address)`.
    case balanceOf(owner: TronAddress)
    /// `allowance(address,address)`: what `spender` may still take from `owner`.
    case allowance(owner: TronAddress, spender: TronAddress)

    /// A transfer of `amount` of a token with six places.
    public static func transfer(recipient: TronAddress, amount: TokenAmount) -> TRC20Call {
        .transfer(recipient: recipient, amount: Word(amount))
    }

    /// Reads call data like the contract does: what follows the last argument is ignored.
    /// - Returns: `nil` for another function or missing bytes.
    public init?(data: some Collection<UInt8>) {
        let bytes = Array(data)
        guard bytes.count >= 4 else { return nil }
        let selector = Selector(rawValue: bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) })
        func word(_ index: Int) -> Word? {
            let start = 4 + 32 * index
            return bytes.count >= start + 32 ? Word(bytes: bytes[start..<start + 32]) : nil
        }
        switch selector {
        case .transfer:
            guard let recipient = word(0)?.address, let amount = word(1) else { return nil }
            self = .transfer(recipient: recipient, amount: amount)
        case .transferFrom:
            guard let sender = word(0)?.address, let recipient = word(1)?.address, let amount = word(2) else {
                return nil
            }
            self = .transferFrom(sender: sender, recipient: recipient, amount: amount)
        case .approve:
            guard let spender = word(0)?.address, let amount = word(1) else { return nil }
            self = .approve(spender: spender, amount: amount)
        case .balanceOf:
            guard let owner = word(0)?.address else { return nil }
            self = .balanceOf(owner: owner)
        case .allowance:
            guard let owner = word(0)?.address, let spender = word(1)?.address else { return nil }
            self = .allowance(owner: owner, spender: spender)
        case nil: return nil
        }
    }

    /// The call data.
    public var data: [UInt8] {
        switch self {
        case .transfer(let recipient, let amount): Selector.transfer.bytes + Word(recipient).bytes + amount.bytes
        case .transferFrom(let sender, let recipient, let amount):
            Selector.transferFrom.bytes + Word(sender).bytes + Word(recipient).bytes + amount.bytes
        case .approve(let spender, let amount): Selector.approve.bytes + Word(spender).bytes + amount.bytes
        case .balanceOf(let owner): Selector.balanceOf.bytes + Word(owner).bytes
        case .allowance(let owner, let spender): Selector.allowance.bytes + Word(owner).bytes + Word(spender).bytes
        }
    }

    private enum Selector: UInt32 {
        case transfer = 0xa905_9cbb
        case transferFrom = 0x23b8_72dd
        case approve = 0x095e_a7b3
        case balanceOf = 0x70a0_8231
        case allowance = 0xdd62_ed3e

        var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (24 - 8 * UInt32($0))) } }
    }
}

extension Word {
    /// A token amount in the token's smallest unit.
    public init(_ amount: TokenAmount) { self.init(UInt64(amount.units)) }

    /// The value as an amount of a token with six places.
    /// - Returns: `nil` beyond 63 bits.
    public var tokenAmount: TokenAmount? { int64.flatMap { TokenAmount(units: $0) } }
}
