internal import Models

/// What can be made to go wrong.
enum FaultKind: Sendable, Hashable {
    /// Answers come late.
    case latency(Duration)
    /// A status and a body instead of an answer; without a body, a rate limiter's words.
    case status(Int, retryAfter: Int?, body: String?)
    /// The request is carried out and the connection closed without an answer.
    case dropAnswer
    /// Broadcasts are refused with `SERVER_BUSY`.
    case serverBusy
    /// Head reads are this many blocks old.
    case lag(Int64)
    /// No blocks are made.
    case stuck
}

/// A fault, where it strikes, how often and until when.
struct Fault: Sendable, Hashable {
    var kind: FaultKind
    /// A path, or `*` for all but the control API.
    var path = "*"
    /// How many requests it may still strike; `nil` is no limit.
    var count: Int?
    /// How likely it strikes one request.
    var probability = 1.0
    /// When it ends; `nil` is never.
    var until: Timestamp?
}

/// What happens to one request.
struct Disturbance: Sendable {
    var latency: Duration?
    var status: (code: Int, retryAfter: Int?, body: String?)?
    var dropAnswer = false
}

/// The faults in force. Chance comes from a seed, so that a run can be repeated.
struct Faults: Sendable {
    static let limit = 100
    private(set) var all: [Fault] = []
    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(state: seed) }

    /// - Returns: `false` when there are too many already.
    mutating func add(_ fault: Fault) -> Bool {
        guard all.count < Self.limit else { return false }
        all.append(fault)
        return true
    }

    mutating func clear() { all = [] }

    mutating func reseed(_ seed: UInt64) { generator = SplitMix(state: seed) }

    mutating func disturbance(of path: String, at now: Timestamp) -> Disturbance {
        var result = Disturbance()
        removeEnded(at: now)
        for index in all.indices where all[index].path == "*" || all[index].path == path {
            switch all[index].kind {
            case .latency(let duration): if strikes(index) { result.latency = duration }
            case .status(let code, let retryAfter, let body):
                if strikes(index) { result.status = (code, retryAfter, body) }
            case .dropAnswer: if strikes(index) { result.dropAnswer = true }
            case .serverBusy, .lag, .stuck: break
            }
        }
        all.removeAll { $0.count == 0 }
        return result
    }

    mutating func isBusy(at now: Timestamp) -> Bool { any(at: now) { $0 == .serverBusy } }

    mutating func isStuck(at now: Timestamp) -> Bool { any(at: now) { $0 == .stuck } }

    mutating func lag(at now: Timestamp) -> Int64 {
        removeEnded(at: now)
        var lag: Int64 = 0
        for index in all.indices {
            if case .lag(let blocks) = all[index].kind, strikes(index) { lag = max(lag, blocks) }
        }
        all.removeAll { $0.count == 0 }
        return lag
    }

    private mutating func any(at now: Timestamp, _ matches: (FaultKind) -> Bool) -> Bool {
        removeEnded(at: now)
        for index in all.indices where matches(all[index].kind) {
            guard strikes(index) else { continue }
            all.removeAll { $0.count == 0 }
            return true
        }
        return false
    }

    private mutating func removeEnded(at now: Timestamp) {
        all.removeAll { fault in fault.until.map { $0 <= now } ?? false }
    }

    private mutating func strikes(_ index: Int) -> Bool {
        guard Double.random(in: 0..<1, using: &generator) < all[index].probability else { return false }
        guard let count = all[index].count else { return true }
        guard count > 0 else { return false }
        all[index].count = count - 1
        return true
    }
}

/// A small seeded generator (SplitMix64).
struct SplitMix: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
