public import Models

/// How much stake each pool may delegate in a span of domain time, at the most (DESIGN 8): what a flood of requests or a
/// fault of ours can move before somebody looks.
///
/// Counted is what was signed, whether or not it was taken back since: a reclaim gives nothing back.
public struct SigningLimits: Sendable, Equatable {
    /// Within any hour; `nil` for no limit.
    public var hourly: Sun?
    /// Within any 24 hours; `nil` for no limit.
    public var daily: Sun?

    /// - Parameters:
    ///   - hourly: stake of one pool within any hour; `nil` for no limit.
    ///   - daily: stake of one pool within any 24 hours; `nil` for no limit.
    public init(hourly: Sun? = nil, daily: Sun? = nil) {
        self.hourly = hourly
        self.daily = daily
    }

    /// Whether there is anything to count.
    public var isUnlimited: Bool { hourly == nil && daily == nil }

    /// What a pool may still delegate.
    /// - Parameter signed: what it has delegated already.
    /// - Returns: zero at a limit, or beyond one that was lowered; the largest amount when there is none.
    public func left(after signed: SignedStake) -> Sun {
        let hour = hourly.map { ($0 - signed.lastHour).clamped } ?? Sun(Int64.max)
        let day = daily.map { ($0 - signed.lastDay).clamped } ?? Sun(Int64.max)
        return min(hour, day)
    }
}

/// Stake that one pool has signed away lately, with all transactions that have taken effect or still may.
public struct SignedStake: Sendable, Equatable {
    /// Within the last hour.
    public var lastHour: Sun
    /// Within the last 24 hours, the last included.
    public var lastDay: Sun

    /// - Parameters:
    ///   - lastHour: within the last hour.
    ///   - lastDay: within the last 24 hours, the last included.
    public init(lastHour: Sun = .zero, lastDay: Sun = .zero) {
        self.lastHour = lastHour
        self.lastDay = lastDay
    }

    /// The spans that are counted.
    public static let hour: Duration = .seconds(3600)
    /// See ``hour``.
    public static let day: Duration = .seconds(24 * 3600)
}

/// What the pools may still sign in one transaction of the books: the limits, less what was counted in it.
///
/// Planning stays within it by ``PoolPosition/signable``; what is signed is taken from it once more, so that no fault of
/// planning signs more.
public struct SigningBudget: Sendable, Equatable {
    private let limits: SigningLimits
    private var signed: [String: SignedStake]

    /// - Parameters:
    ///   - limits: for each pool alike.
    ///   - signed: by pool; one that is missing has signed nothing.
    public init(_ limits: SigningLimits, signed: [String: SignedStake] = [:]) {
        self.limits = limits
        self.signed = signed
    }

    /// What a pool may still sign.
    public func left(of pool: String) -> Sun { limits.left(after: signed[pool] ?? SignedStake()) }

    /// Takes what is about to be signed.
    /// - Returns: false when it is more than is left; nothing is taken then.
    public mutating func take(_ stake: Sun, of pool: String) -> Bool {
        guard stake <= left(of: pool) else { return false }
        guard !limits.isUnlimited else { return true }
        let before = signed[pool] ?? SignedStake()
        signed[pool] = SignedStake(
            lastHour: before.lastHour.adding(stake) ?? Sun(Int64.max),
            lastDay: before.lastDay.adding(stake) ?? Sun(Int64.max)
        )
        return true
    }
}

/// Tells when the limits begin to hold withdrawals back and when they have ceased to, once each and not in every cycle.
public struct SigningLimitWatch: Sendable, Equatable {
    /// What is worth a line.
    public enum Change: Sendable, Equatable {
        case began
        case ended
    }

    /// A wallet whose delegation is under way is not planned for, so a limit may seem to hold nothing back in between.
    private static let pause: Duration = .seconds(60)
    private var lastHeld: Timestamp?

    /// Nothing is held back yet.
    public init() {}

    /// Takes what a cycle has found.
    /// - Parameter held: whether a limit held a withdrawal back.
    public mutating func note(held: Bool, now: Timestamp) -> Change? {
        if held {
            defer { lastHeld = now }
            return lastHeld == nil ? .began : nil
        }
        guard let last = lastHeld, now - last >= Self.pause else { return nil }
        lastHeld = nil
        return .ended
    }
}
