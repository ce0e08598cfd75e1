internal import Models
internal import Planning
internal import Tron

/// Prices the chain sets, read and refreshed, never assumed.
struct ChainPrices: Sendable, Equatable {
    /// `getEnergyFee`: sun burnt per missing energy.
    var energyPrice: Sun
    /// `getTransactionFee`: sun burnt per missing byte of bandwidth.
    var bandwidthPrice: Sun
}

/// The newest block of a node.
struct ChainHead: Sendable, Equatable {
    var number: Int64
    var id: [UInt8]
    var time: Timestamp
}

/// What a simulated call of the token showed.
enum Simulation: Sendable, Equatable {
    /// It would be executed with so much energy; the part that the dynamic energy model adds is told by most nodes.
    case executes(Energy, penalty: Energy)
    /// It would be reverted, for the reason the contract gives.
    case reverts(String)

    /// Whether it can have been made under that factor of the contract. What is refused needs nothing under any.
    func agrees(with factor: Int64) -> Bool {
        guard case .executes(let energy, let penalty) = self else { return true }
        let base = energy.rawValue - penalty.rawValue
        guard let expected = scaledUp(base, by: factor, over: Need.factorUnit) else { return false }
        // Each instruction's penalty is rounded down for itself.
        return abs(expected - penalty.rawValue) <= energy.rawValue / 500 + 1
    }
}

/// The newest irreversible block.
struct SolidBlock: Sendable, Equatable {
    var number: Int64
    var id: [UInt8]
    var time: Timestamp
}

/// What others delegate to a wallet.
struct WalletRentals: Sendable, Equatable {
    /// Energy stake by whose it is.
    var records: [TronAddress: Sun]
    /// `TotalEnergyLimit` and `TotalEnergyWeight` (in TRX) of the same node.
    var totalEnergy: Int64
    var totalWeight: Int64

    private var rate: EnergyRate { EnergyRate(totalEnergy: totalEnergy, totalWeight: totalWeight) }

    /// What a stake brings, rounded down.
    func energy(of stake: Sun) -> Energy { rate.energy(of: stake) }
    /// What brings so much energy; `nil` without totals.
    func stake(for energy: Energy) -> Sun? { rate.stake(for: energy) }
}

/// What became of a payment.
enum PaymentFate: Sendable, Equatable {
    /// It is in no block, or in one that may be replaced.
    case open
    /// It is in a solid block; so much was burnt for its bytes and energy.
    case solid(fee: Sun)
    /// It will never be in one.
    case never
}

/// What the allocator asks of TRON nodes. One conformer talks to them; tests may bring their own.
protocol ChainGateway: Sendable {
    /// Number, id and time of the newest block.
    func head() async throws -> ChainHead
    /// The newest irreversible block.
    func solid() async throws -> SolidBlock
    /// A block with its transactions; `nil` when the node has it not.
    func block(_ number: Int64) async throws -> HeadBlock?
    /// Prices in force.
    func prices() async throws -> ChainPrices
    /// The USDT contract's dynamic factor.
    func factor() async throws -> Int64
    /// Positions of wallets, read from a node that has the block at least. Nothing is promised in them.
    func positions(of wallets: [TronAddress], block: Int64) async throws -> [WalletPosition]
    /// What pools can delegate, likewise.
    func positions(of pools: [RegistrySnapshot.Pool], block: Int64) async throws -> [PoolPosition]
    /// Energy stake delegated from pools to wallets, zero where none is, likewise.
    func delegated(
        _ pairs: [(pool: RegistrySnapshot.Pool, wallet: TronAddress)],
        block: Int64
    ) async throws -> [DelegationStore.Row]
    /// Every wallet a pool delegates energy to.
    func receivers(of pool: RegistrySnapshot.Pool) async throws -> [TronAddress]
    /// What accounts other than our pools delegate to a wallet.
    func rentals(at wallet: TronAddress, ownPools: Set<TronAddress>) async throws -> WalletRentals
    /// What became of a transaction that was stored before it was sent.
    func fate(of txid: TransactionID, expiring: Timestamp) async throws -> PaymentFate
    /// What decides the energy of a call of the token by this caller; `nil` for a call that only reads.
    func callClass(of call: TRC20Call, by caller: TronAddress) async throws -> CallClass?
    /// What a call of the token by this caller would do.
    func simulate(_ call: TRC20Call, by caller: TronAddress) async throws -> Simulation
    /// Sends signed bytes; the text is what the node said, for the record.
    func broadcast(_ bytes: [UInt8]) async throws -> String
    /// What the solid chain knows of a transaction; `nil` when it has it not, by the word of a node whose solid chain
    /// reaches the block at least.
    func receipt(
        _ txid: TransactionID,
        solidAt block: Int64
    ) async throws -> (receipt: TransferReceipt, succeeded: Bool)?
}

/// A node's answer that cannot be used.
enum ChainFault: Error, CustomStringConvertible {
    /// Something in an answer is not what the protocol says.
    case malformed(String)
    /// The node is behind the block that was asked for.
    case behind(block: Int64, node: Int64)

    var description: String {
        switch self {
        case .malformed(let what): "a node's answer is malformed: \(what)"
        case .behind(let block, let node): "the node is at block \(node), behind \(block)"
        }
    }
}
