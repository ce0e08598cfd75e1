internal import Models
internal import Planning
internal import ServiceKit

/// The allocator's own configuration, besides the house's.
struct AllocatorConfiguration: Sendable {
    static let sendWindow = ConfigurationKey.optional(
        "allocator.send_window",
        .duration,
        default: "300s",
        "How long after `ready` the transfer may be sent: `not_after`."
    )
    static let sendGrace = ConfigurationKey.optional(
        "allocator.send_grace",
        .duration,
        default: "60s",
        "How long after `not_after` a transfer is still looked for in the solid chain, before the withdrawal fails."
    )
    static let shortageLimit = ConfigurationKey.optional(
        "allocator.shortage_limit",
        .duration,
        default: "900s",
        "How long a withdrawal without deadline stays short of energy before it expires."
    )
    static let batchQuiet = ConfigurationKey.optional(
        "allocator.batch_quiet",
        .duration,
        default: "60s",
        "How long no request of a batch must have arrived before it is summed up, where `batch_size` is not reached."
    )
    static let idleHold = ConfigurationKey.optional(
        "allocator.idle_hold",
        .duration,
        default: "20s",
        "How long delegated energy stays at a wallet nobody asks for, before it is reclaimed."
    )
    static let lookAhead = ConfigurationKey.optional(
        "allocator.look_ahead",
        .duration,
        default: "15s",
        "Over how long past demand is taken for what a delegation should carry in reserve."
    )
    static let pollInterval = ConfigurationKey.optional(
        "allocator.poll_interval",
        .duration,
        default: "1s",
        "How often the nodes are asked for a new block."
    )
    static let prefetch = ConfigurationKey.optional(
        "allocator.prefetch",
        .integer(1...2000),
        default: "400",
        "Most unsettled messages of one queue and process."
    )
    static let batch = ConfigurationKey.optional(
        "allocator.batch",
        .integer(1...1000),
        default: "200",
        "Most messages of one transaction."
    )
    static let maximumStake = ConfigurationKey.optional(
        "allocator.maximum_stake_trx",
        .integer(1...1_000_000_000),
        default: "5000000",
        "The signer refuses to delegate or reclaim more stake than this with one transaction."
    )
    static let hourlyStake = ConfigurationKey.optional(
        "allocator.hourly_stake_trx",
        .integer(0...1_000_000_000_000),
        default: "0",
        "Each pool delegates no more stake than this within any hour, counted gross: what is reclaimed counts too; 0: no limit."
    )
    static let dailyStake = ConfigurationKey.optional(
        "allocator.daily_stake_trx",
        .integer(0...1_000_000_000_000),
        default: "0",
        "The same within any 24 hours."
    )
    static let quoteInterval = ConfigurationKey.optional(
        "allocator.quote_interval",
        .duration,
        default: "10s",
        "How often suppliers are asked for their prices and our balance."
    )
    static let purchasingKeyFile = ConfigurationKey.optional(
        "purchasing.key_file",
        .file,
        "Encrypted key of the wallet that pays suppliers on chain; without it such suppliers are not asked."
    )
    static let purchasingPassword = ConfigurationKey.secret(
        "purchasing.password",
        isRequired: false,
        "Password of that key file; better given as a file."
    )
    static let maximumPayment = ConfigurationKey.optional(
        "purchasing.maximum_trx",
        .integer(1...1_000_000_000),
        default: "10000",
        "The purchasing wallet signs no payment above this."
    )
    static let keyFile = ConfigurationKey.required(
        "signer.key_file",
        .file,
        "Encrypted key of the pools' active permission that allows to delegate and undelegate (`busbar keys create`)."
    )
    static let keyPassword = ConfigurationKey.secret(
        "signer.password",
        isRequired: true,
        "Password of the key file; better given as a file."
    )

    static let keys: [ConfigurationKey] = [
        sendWindow, sendGrace, shortageLimit, batchQuiet, idleHold, lookAhead, pollInterval, prefetch, batch,
        maximumStake, hourlyStake, dailyStake, quoteInterval, keyFile, keyPassword, purchasingKeyFile,
        purchasingPassword, maximumPayment,
    ]

    let policy: AllocationPolicy
    let batchQuiet: Duration
    let pollInterval: Duration
    let prefetch: Int
    let batch: Int
    let maximumStake: Sun
    let keyFile: String
    let keyPassword: String
    let quoteInterval: Duration
    let purchasingKeyFile: String?
    let purchasingPassword: String?
    let maximumPayment: Sun

    init(_ configuration: ServiceConfiguration) {
        func limit(_ key: ConfigurationKey) -> Sun? {
            let trx = configuration.integer(key)
            return trx > 0 ? Sun(Int64(trx) * Sun.trx.rawValue) : nil
        }
        maximumStake = Sun(Int64(configuration.integer(Self.maximumStake)) * Sun.trx.rawValue)
        policy = AllocationPolicy(
            delegation: DelegationPolicy(maximumStake: maximumStake),
            limits: SigningLimits(hourly: limit(Self.hourlyStake), daily: limit(Self.dailyStake)),
            sendWindow: configuration.duration(Self.sendWindow),
            sendGrace: configuration.duration(Self.sendGrace),
            shortageLimit: configuration.duration(Self.shortageLimit),
            idleHold: configuration.duration(Self.idleHold),
            lookAhead: configuration.duration(Self.lookAhead)
        )
        batchQuiet = configuration.duration(Self.batchQuiet)
        pollInterval = configuration.duration(Self.pollInterval)
        prefetch = configuration.integer(Self.prefetch)
        batch = configuration.integer(Self.batch)
        keyFile = configuration.text(Self.keyFile)
        keyPassword = configuration.text(Self.keyPassword)
        quoteInterval = configuration.duration(Self.quoteInterval)
        purchasingKeyFile = configuration.optionalText(Self.purchasingKeyFile)
        purchasingPassword = configuration.optionalText(Self.purchasingPassword)
        maximumPayment = Sun(Int64(configuration.integer(Self.maximumPayment)) * Sun.trx.rawValue)
    }
}
