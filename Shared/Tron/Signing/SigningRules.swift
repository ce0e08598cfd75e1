public import ChainModel
public import Models

/// What a signer may sign. Whatever is not allowed here is refused, so that a mistake or an intruder elsewhere in a
/// process cannot spend more than its part needs.
///
/// Limits per hour and day are counted where the attempt is stored, because replicas share them.
public struct SigningRules: Sendable, Hashable {
    /// Who may receive energy, TRX or tokens.
    public enum Destinations: Sendable, Hashable {
        /// Everyone.
        case any
        /// These alone.
        case only(Set<TronAddress>)

        /// Whether `address` is among them.
        public func contains(_ address: TronAddress) -> Bool {
            switch self {
            case .any: true
            case .only(let addresses): addresses.contains(address)
            }
        }
    }

    /// Which contracts.
    public var contracts: Set<ContractType>
    /// For which accounts.
    public var owners: Set<TronAddress>
    /// To whom: receivers of delegations, recipients of TRX and tokens, spenders of allowances.
    public var destinations: Destinations
    /// The most TRX or stake in one transaction.
    public var maximumAmount: Sun
    /// Under which permission of the owner: 0 owner, from 2 on active.
    public var permissionID: Int
    /// Token contracts that may be called, and the most of each in one transaction.
    public var tokens: [TronAddress: TokenAmount]
    /// Rental markets that may be called, and the most stake in one rental.
    public var rentals: [TronAddress: Sun]
    /// For whom energy may be rented or claimed.
    public var beneficiaries: Destinations
    /// The most a contract call may name as fee limit.
    public var maximumFeeLimit: Sun
    /// Whether delegations may be locked. A locked one cannot be taken back before its time.
    public var allowsLock: Bool
    /// Whether a memo may be added, for which the network charges.
    public var allowsMemo: Bool

    /// All rules. By default no token or market may be called, nothing locked or claimed, no memo added.
    public init(
        contracts: Set<ContractType>,
        owners: Set<TronAddress>,
        destinations: Destinations,
        maximumAmount: Sun,
        permissionID: Int,
        tokens: [TronAddress: TokenAmount] = [:],
        rentals: [TronAddress: Sun] = [:],
        beneficiaries: Destinations = .only([]),
        maximumFeeLimit: Sun = .zero,
        allowsLock: Bool = false,
        allowsMemo: Bool = false
    ) {
        self.contracts = contracts
        self.owners = owners
        self.destinations = destinations
        self.maximumAmount = maximumAmount
        self.permissionID = permissionID
        self.tokens = tokens
        self.rentals = rentals
        self.beneficiaries = beneficiaries
        self.maximumFeeLimit = maximumFeeLimit
        self.allowsLock = allowsLock
        self.allowsMemo = allowsMemo
    }

    /// Delegating and reclaiming a pool's stake.
    public static func delegating(
        from pools: Set<TronAddress>,
        to destinations: Destinations,
        maximumStake: Sun,
        permissionID: Int
    ) -> SigningRules {
        SigningRules(
            contracts: ContractType.delegating,
            owners: pools,
            destinations: destinations,
            maximumAmount: maximumStake,
            permissionID: permissionID
        )
    }

    /// Staking a pool's TRX and what belongs to it.
    public static func staking(of pools: Set<TronAddress>, maximumStake: Sun, permissionID: Int) -> SigningRules {
        SigningRules(
            contracts: ContractType.staking,
            owners: pools,
            destinations: .only([]),
            maximumAmount: maximumStake,
            permissionID: permissionID
        )
    }

    /// Paying TRX to named accounts.
    public static func paying(
        from wallet: TronAddress,
        to recipients: Set<TronAddress>,
        maximumAmount: Sun,
        permissionID: Int = 0
    ) -> SigningRules {
        SigningRules(
            contracts: [.transfer],
            owners: [wallet],
            destinations: .only(recipients),
            maximumAmount: maximumAmount,
            permissionID: permissionID
        )
    }

    /// Buying energy: paying suppliers, claiming what was paid for, renting from markets and giving back.
    /// - Parameters:
    ///   - payees: suppliers' addresses.
    ///   - markets: rental contracts, and the most stake in one rental.
    ///   - beneficiaries: the wallets that may get the energy.
    ///   - maximumAmount: the most TRX in one payment or prepayment.
    public static func purchasing(
        from wallet: TronAddress,
        payees: Set<TronAddress>,
        markets: [TronAddress: Sun] = [:],
        for beneficiaries: Destinations,
        maximumAmount: Sun,
        maximumFeeLimit: Sun = .zero
    ) -> SigningRules {
        SigningRules(
            contracts: markets.isEmpty ? [.transfer] : [.transfer, .triggerSmartContract],
            owners: [wallet],
            destinations: .only(payees),
            maximumAmount: maximumAmount,
            permissionID: 0,
            rentals: markets,
            beneficiaries: beneficiaries,
            maximumFeeLimit: maximumFeeLimit
        )
    }
}
