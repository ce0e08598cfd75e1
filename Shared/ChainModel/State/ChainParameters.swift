public import Models

/// The chain's own settings, which its governance may change. Defaults are mainnet's of 2026-11.
public struct ChainParameters: Sendable, Hashable {
    /// Sun burnt for one missing energy (`getEnergyFee`).
    public var energyFee: Int64 = 100
    /// Sun burnt for one byte without bandwidth (`getTransactionFee`).
    public var transactionFee: Int64 = 1000
    /// Free bytes per account and 24 hours (`getFreeNetLimit`).
    public var freeNetLimit: Int64 = 600
    /// The network's energy per 24 hours (`getTotalEnergyCurrentLimit`).
    public var totalEnergyLimit: Int64 = 180_000_000_000
    /// The network's staked bandwidth per 24 hours (`getTotalNetLimit`).
    public var totalNetLimit: Int64 = 43_200_000_000
    /// The highest fee limit a call may name (`getMaxFeeLimit`).
    public var maxFeeLimit: Int64 = 15_000_000_000
    /// Burnt when a transaction carries a memo (`getMemoFee`).
    public var memoFee: Int64 = 1_000_000
    /// Burnt when it carries more than one signature (`getMultiSignFee`).
    public var multiSignFee: Int64 = 1_000_000
    /// Burnt for new permissions (`getUpdateAccountPermissionFee`).
    public var updateAccountPermissionFee: Int64 = 100_000_000
    /// Burnt instead of bandwidth when a transfer creates an account (`getCreateAccountFee`).
    public var createAccountFee: Int64 = 100_000
    /// Burnt for the new account itself (`getCreateNewAccountFeeInSystemContract`).
    public var createNewAccountFee: Int64 = 1_000_000
    /// Days until unstaked TRX may be withdrawn (`getUnfreezeDelayDays`).
    public var unfreezeDelayDays: Int64 = 14
    /// The longest lock of a delegation, in blocks of three seconds (`getMaxDelegateLockPeriod`).
    public var maxDelegateLockPeriod: Int64 = 864_000
    /// The dynamic energy model's three settings.
    public var dynamicEnergy = DynamicEnergy(threshold: 5_000_000_000, increase: 2000, maximum: 34_000)
    /// Milliseconds between maintenance boundaries (`getMaintenanceTimeInterval`).
    public var maintenanceInterval: Int64 = 21_600_000
    /// What voting earns in a year, in millionths of the votes. Not a parameter of the chain but its outcome.
    public var votingRewardRate: Int64 = 40_000

    /// Mainnet's values.
    public init() {}

    /// Name, and where the value is, for each parameter that `getchainparameters` lists.
    public static let named: [(key: String, path: any WritableKeyPath<ChainParameters, Int64> & Sendable)] = [
        ("getMaintenanceTimeInterval", \.maintenanceInterval),
        ("getTransactionFee", \.transactionFee),
        ("getCreateAccountFee", \.createAccountFee),
        ("getCreateNewAccountFeeInSystemContract", \.createNewAccountFee),
        ("getEnergyFee", \.energyFee),
        ("getTotalEnergyLimit", \.totalEnergyLimit),
        ("getTotalEnergyCurrentLimit", \.totalEnergyLimit),
        ("getUpdateAccountPermissionFee", \.updateAccountPermissionFee),
        ("getMultiSignFee", \.multiSignFee),
        ("getMaxFeeLimit", \.maxFeeLimit),
        ("getFreeNetLimit", \.freeNetLimit),
        ("getTotalNetLimit", \.totalNetLimit),
        ("getMemoFee", \.memoFee),
        ("getUnfreezeDelayDays", \.unfreezeDelayDays),
        ("getDynamicEnergyThreshold", \.dynamicEnergy.threshold),
        ("getDynamicEnergyIncreaseFactor", \.dynamicEnergy.increase),
        ("getDynamicEnergyMaxFactor", \.dynamicEnergy.maximum),
        ("getMaxDelegateLockPeriod", \.maxDelegateLockPeriod),
    ]
}

extension ChainParameters {
    /// What is wrong with these values, or `nil`. Bounds keep every product of the rules within 64 bits.
    public var problem: String? {
        for (key, path) in Self.named where !(0...1_000_000_000_000).contains(self[keyPath: path]) {
            return "\(key) must be between 0 and 10^12"
        }
        if totalEnergyLimit == 0 || totalNetLimit == 0 { return "the network's limits must be positive" }
        if energyFee == 0 { return "getEnergyFee must be positive" }
        if maintenanceInterval < 1000 { return "getMaintenanceTimeInterval must be a second or more" }
        if unfreezeDelayDays > 365 { return "getUnfreezeDelayDays must be a year or less" }
        if maxDelegateLockPeriod > 10_512_000 { return "getMaxDelegateLockPeriod must be a year or less" }
        if dynamicEnergy.increase > 10_000 || dynamicEnergy.maximum > 1_000_000 {
            return "the dynamic factor must increase by 10000 at most, and up to 1000000"
        }
        return nil
    }
}

/// A price and the moment since which it has held.
public struct PriceStep: Sendable, Hashable {
    /// Since when.
    public var since: Timestamp
    /// Sun for one energy or byte.
    public var price: Int64

    /// A price and the moment since which it has held.
    public init(since: Timestamp, price: Int64) {
        self.since = since
        self.price = price
    }
}

/// A governance proposal, as `listproposals` shows it.
public struct Proposal: Sendable, Hashable {
    /// What became of it.
    public enum State: String, Sendable, Hashable {
        /// Still voted on.
        case pending = "PENDING"
        /// Rejected.
        case disapproved = "DISAPPROVED"
        /// In force.
        case approved = "APPROVED"
        /// Taken back.
        case canceled = "CANCELED"
    }

    /// Counting from 1.
    public var id: Int64
    /// Who proposed it.
    public var proposer: TronAddress
    /// Parameter number and value.
    public var parameters: [Int64: Int64]
    /// When voting ends and, if approved, it takes effect at the next maintenance.
    public var expires: Timestamp
    /// When it was made.
    public var created: Timestamp
    /// What became of it.
    public var state: State

    /// All fields.
    public init(
        id: Int64,
        proposer: TronAddress,
        parameters: [Int64: Int64],
        expires: Timestamp,
        created: Timestamp,
        state: State
    ) {
        self.id = id
        self.proposer = proposer
        self.parameters = parameters
        self.expires = expires
        self.created = created
        self.state = state
    }
}
