public import Models

/// Keeps calls away from a supplier that fails, and finds out with one call at a time when it works again.
///
/// Closed, every call goes through. After some failures in a row, or at once when the supplier asks to be left alone, it
/// opens for a while that doubles with every opening. Then it is half open: one call goes through as a probe, and its
/// outcome closes it or opens it for longer. Looking up a purchase that was placed is never held back: that is how
/// ambiguity ends. Times are domain time, so that it can be stored and shared by replicas.
public struct CircuitBreaker: Sendable, Equatable, Codable {
    /// Whether calls go through.
    public enum State: Sendable, Equatable, Codable {
        /// They do.
        case closed
        /// They do not, until then.
        case open(until: Timestamp)
        /// A probe is on its way since then; no other call goes through.
        case halfOpen(since: Timestamp)
    }

    /// How it opens.
    public struct Policy: Sendable, Equatable {
        /// So many failures in a row open it.
        public var failures: Int
        /// The first time for this long.
        public var firstPause: Duration
        /// Never longer than this, whatever the supplier asks for.
        public var longestPause: Duration
        /// A probe without an outcome is given up after this, and another is let through.
        public var probeLimit: Duration

        /// Three failures in a row; 5 s, doubled to at most 5 minutes; a probe for 30 s.
        public init(
            failures: Int = 3,
            firstPause: Duration = .seconds(5),
            longestPause: Duration = .seconds(300),
            probeLimit: Duration = .seconds(30)
        ) {
            self.failures = failures
            self.firstPause = firstPause
            self.longestPause = longestPause
            self.probeLimit = probeLimit
        }
    }

    /// Whether calls go through.
    public private(set) var state: State
    /// Since the last success.
    public private(set) var failures: Int
    /// How often it has opened since it was last closed by a success.
    public private(set) var openings: Int

    /// A closed one.
    public init() {
        state = .closed
        failures = 0
        openings = 0
    }

    /// Whether ``admit(now:policy:)`` would let a call through; for choosing among sources, changes nothing.
    public func isAvailable(now: Timestamp, policy: Policy = Policy()) -> Bool {
        switch state {
        case .closed: true
        case .open(let until): now >= until
        case .halfOpen(let since): now - since >= policy.probeLimit
        }
    }

    /// Asks for a call. Who gets `true` makes the call and reports its outcome; of an open one whose pause is over, one
    /// caller does, as the probe.
    public mutating func admit(now: Timestamp, policy: Policy = Policy()) -> Bool {
        guard isAvailable(now: now, policy: policy) else { return false }
        if state != .closed { state = .halfOpen(since: now) }
        return true
    }

    /// The supplier did what was asked. Also said of an answer that means no harm, such as a changed price.
    public mutating func succeeded() {
        state = .closed
        failures = 0
        openings = 0
    }

    /// A call failed.
    /// - Parameters:
    ///   - fault: decides by its code: a changed price and an unknown order are answers of a healthy supplier; a limit, an
    ///     empty balance, a refused key and maintenance open it at once; everything else counts.
    ///   - generator: the pause is between half of its length and all of it, so that replicas do not return together.
    public mutating func failed(
        _ fault: SupplierFault,
        now: Timestamp,
        policy: Policy = Policy(),
        using generator: inout some RandomNumberGenerator
    ) {
        let harmless: [SupplierFault.Code] = [.priceChanged, .notFound, .alreadyPlaced]
        if fault.stage == .answered, harmless.contains(fault.code) { return succeeded() }
        failures += 1
        let decisive: [SupplierFault.Code] = [.rateLimited, .maintenance, .unauthorized, .insufficientBalance]
        let wasProbe = if case .halfOpen = state { true } else { false }
        guard wasProbe || failures >= policy.failures || decisive.contains(fault.code) else { return }
        // A late failure of a call made before it opened does not lengthen the pause.
        if case .open(let until) = state, now < until, fault.retryAfter == nil { return }
        open(now: now, atLeast: fault.retryAfter, policy, &generator)
    }

    private mutating func open(
        now: Timestamp,
        atLeast asked: Duration?,
        _ policy: Policy,
        _ generator: inout some RandomNumberGenerator
    ) {
        let doubled = policy.firstPause * (1 << min(openings, 20))
        let longest = min(doubled, policy.longestPause).wholeMilliseconds
        let pause = Duration.milliseconds(
            Int64.random(in: (longest / 2)...max(longest, longest / 2), using: &generator)
        )
        openings = min(openings + 1, 1000)
        let wanted = min(max(pause, asked ?? .zero), policy.longestPause)
        var until = now + wanted
        if case .open(let earlier) = state { until = max(until, earlier) }
        state = .open(until: until)
    }
}
