internal import Models

/// What can be made to go wrong with a supplier.
enum SupplierFaultKind: Sendable, Hashable {
    /// Answers come late.
    case latency(Duration)
    /// A status instead of an answer; nothing is carried out.
    case status(Int, retryAfter: Int?)
    /// The call is carried out and the connection closed without an answer.
    case dropAnswer
    /// The price list changes after the call, or, for a `place`, before it.
    case priceChange(percent: Int64)
    /// Orders are refused for want of energy.
    case unavailable
    /// Orders are refused during maintenance.
    case maintenance
    /// Orders are refused for want of a balance.
    case emptyBalance
    /// The order is taken and never delivered; it fails, and is paid back, so much later.
    case neverDelivers(refundAfter: Duration)
    /// So much of the order is delivered, in percent, and no more.
    case partial(percent: Int64)
    /// The order is said to be delivered at once; the chain sees it so much later.
    case earlySuccess(by: Duration)
    /// The energy is taken back so long after it came.
    case earlyReclaim(after: Duration)

    /// The calls it strikes unless another is named.
    var usualCall: SupplierCallName? {
        switch self {
        case .latency, .status, .dropAnswer: nil
        case .priceChange: .quote
        default: .place
        }
    }
}

/// A fault of a supplier, which calls it strikes, how often and until when.
struct SupplierFaultRule: Sendable, Hashable {
    var kind: SupplierFaultKind
    /// `nil` for every call.
    var call: SupplierCallName?
    /// How many calls it may still strike; `nil` is no limit.
    var count: Int?
    /// How likely it strikes one call.
    var probability = 1.0
    /// When it ends; `nil` is never.
    var until: Timestamp?
}

/// What happens to one call.
struct SupplierDisturbance: Sendable {
    var latency: Duration?
    var status: (code: Int, retryAfter: Int?)?
    var dropAnswer = false
    var priceChange: Int64?
}

/// What happens to one order.
struct OrderPlan: Sendable {
    var refusal: SandboxRefusal?
    var priceChange: Int64?
    var neverDelivers: Duration?
    var percent: Int64 = 100
    var earlySuccess: Duration?
    var earlyReclaim: Duration?
}

/// The faults of one supplier. Chance comes from a seed, so that a run can be repeated.
struct SupplierFaults: Sendable {
    static let limit = 100
    private(set) var all: [SupplierFaultRule] = []
    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(state: seed) }

    mutating func add(_ rule: SupplierFaultRule) { all.append(rule) }

    mutating func clear() { all = [] }

    mutating func reseed(_ seed: UInt64) { generator = SplitMix(state: seed) }

    /// What strikes the call as a call.
    mutating func disturbance(of call: SupplierCallName, at now: Timestamp) -> SupplierDisturbance {
        var result = SupplierDisturbance()
        removeEnded(at: now)
        for index in all.indices where all[index].call ?? call == call {
            switch all[index].kind {
            case .latency(let duration): if strikes(index) { result.latency = duration }
            case .status(let code, let retryAfter): if strikes(index) { result.status = (code, retryAfter) }
            case .dropAnswer: if strikes(index) { result.dropAnswer = true }
            case .priceChange(let percent) where call != .place: if strikes(index) { result.priceChange = percent }
            default: break
            }
        }
        all.removeAll { $0.count == 0 }
        return result
    }

    /// What strikes an order that is placed now.
    mutating func plan(at now: Timestamp) -> OrderPlan {
        var plan = OrderPlan()
        removeEnded(at: now)
        for index in all.indices where all[index].call ?? .place == .place {
            let kind = all[index].kind
            switch kind {
            case .latency, .status, .dropAnswer: continue
            default: guard strikes(index) else { continue }
            }
            switch kind {
            case .latency, .status, .dropAnswer: break
            case .priceChange(let percent): plan.priceChange = percent
            case .unavailable: plan.refusal = .unavailable
            case .maintenance: plan.refusal = .maintenance
            case .emptyBalance: plan.refusal = .insufficientFunds
            case .neverDelivers(let delay): plan.neverDelivers = delay
            case .partial(let percent): plan.percent = percent
            case .earlySuccess(let delay): plan.earlySuccess = delay
            case .earlyReclaim(let delay): plan.earlyReclaim = delay
            }
        }
        all.removeAll { $0.count == 0 }
        return plan
    }

    private mutating func removeEnded(at now: Timestamp) {
        all.removeAll { rule in rule.until.map { $0 <= now } ?? false }
    }

    private mutating func strikes(_ index: Int) -> Bool {
        guard Double.random(in: 0..<1, using: &generator) < all[index].probability else { return false }
        guard let count = all[index].count else { return true }
        guard count > 0 else { return false }
        all[index].count = count - 1
        return true
    }
}
