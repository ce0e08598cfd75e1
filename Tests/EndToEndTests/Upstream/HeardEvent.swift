internal import FoundationEssentials
internal import Models

/// An event as the upstream hears it: the fields that any of them may have, read from the JSON and from nothing of the
/// house's own types, since an upstream has none of those.
struct HeardEvent: Decodable, Sendable {
    var partner: String
    var withdrawal: String?
    var sequence: Int?
    var reason: String?
    var detail: String?
    var messageID: String?
    var messageType: String?
    var feeLimit: Int64?
    var energy: Int64?
    var energyFee: Int64?
    var txid: String?
    var source: String?
    var method: String?
    /// What was charged, or would be.
    var cost: Cost?
    var batch: String?
    var batchSize: Int?
    var members: Int?
    var settled: Int?
    var cancelled: Int?
    var expired: Int?
    var failed: Int?
    /// The AMQP `type`.
    var type = ""

    enum CodingKeys: String, CodingKey {
        case partner = "partner_id"
        case withdrawal = "withdrawal_id"
        case sequence
        case reason
        case detail
        case messageID = "message_id"
        case messageType = "message_type"
        case feeLimit = "fee_limit_sun"
        case energy = "energy_available"
        case energyFee = "energy_fee_sun"
        case txid
        case source
        case method
        case cost
        case batch = "batch_id"
        case batchSize = "batch_size"
        case members
        case settled
        case cancelled
        case expired
        case failed
    }

    struct Cost: Decodable, Sendable, Equatable {
        var source: String
        var total: Int64
        /// What burning would have cost.
        var baseline: Int64

        enum CodingKeys: String, CodingKey {
            case source
            case total = "total_sun"
            case baseline = "baseline_sun"
        }
    }

    /// `settled` for `withdrawal.settled.v1`.
    var name: String { type.split(separator: ".").dropFirst().first.map(String.init) ?? type }

    static let outcomes: Set = ["settled", "cancelled", "expired", "failed"]
    var isOutcome: Bool { Self.outcomes.contains(name) }

    /// The outcome with its reason: `failed (given_up)`.
    var outcome: String { reason.map { "\(name) (\($0))" } ?? name }
}

/// What the upstream knows of one withdrawal.
struct Course: Sendable {
    /// What the upstream does when it is told to send.
    enum Conduct: Sendable {
        case sendAndSettle
        /// The chain tells by itself.
        case sendOnly
        case wait
    }

    var id: String
    var wallet: Int
    var recipient: TronAddress
    var amount: TokenAmount
    var conduct = Conduct.sendAndSettle
    /// By sequence.
    var events: [Int: HeardEvent] = [:]
    var newest: HeardEvent?
    var txid: TransactionID?
    /// The transfer's bytes, to be sent again.
    var bytes: [UInt8]?

    var outcome: HeardEvent? { events.values.first(where: \.isOutcome) }
    var names: [String] { events.sorted { $0.key < $1.key }.map(\.value.name) }
}
