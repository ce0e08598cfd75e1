public import Models

/// Decides when an endpoint gets its next request: not too many at once, not too often, and left alone while it is down.
///
/// Pure: the caller tells the time, asks before each request and reports the end of each that may go. Three failures in a
/// row open the circuit breaker: nothing goes for ten seconds, doubled with every opening to at most five minutes; then one
/// request at a time goes as a probe, until one succeeds. A receiver that asks for a pause gets it, and a probe after it.
public struct EndpointGate: Sendable {
    /// Times come from the caller.
    public typealias Instant = ContinuousClock.Instant

    /// What an endpoint bears.
    public struct Limits: Sendable, Hashable {
        /// Requests that may be on their way at once; at least 1.
        public let inFlight: Int
        /// Requests that may begin within a minute; at least 1.
        public let ratePerMinute: Int
        /// Between requests that use the whole rate.
        let interval: Duration
        /// Requests may begin so much earlier than their turn: a second's worth may come together.
        let leeway: Duration

        /// What is below 1 counts as 1, and a rate above 60,000,000 as that.
        public init(inFlight: Int, ratePerMinute: Int) {
            self.inFlight = max(1, inFlight)
            self.ratePerMinute = min(max(1, ratePerMinute), 60_000_000)
            let rate = Int64(self.ratePerMinute)
            // Rounded up, so that the rate is never exceeded.
            interval = .nanoseconds((60_000_000_000 + rate - 1) / rate)
            leeway = interval * (max(1, self.ratePerMinute / 60) - 1)
        }
    }

    /// How it takes failures.
    public struct Policy: Sendable, Hashable {
        /// So many in a row open the breaker.
        public var failures: Int
        /// How long it is open the first time.
        public var firstPause: Duration
        /// How long at most.
        public var longestPause: Duration
        /// How long a receiver that is overloaded is left alone when it does not say.
        public var defaultWish: Duration

        /// Three failures, ten seconds to five minutes. Without a wish a webhook's receiver gets a minute, as others give it
        /// too, and a chat five seconds, for its limits are short ones.
        public init(
            for channel: NotificationChannel,
            failures: Int = 3,
            firstPause: Duration = .seconds(10),
            longestPause: Duration = .seconds(300)
        ) {
            self.failures = failures
            self.firstPause = firstPause
            self.longestPause = longestPause
            defaultWish =
                switch channel {
                case .webhook, .email: .seconds(60)
                case .slack, .discord, .telegram: .seconds(5)
                }
        }
    }

    /// What becomes of a request that wants to go.
    public enum Admission: Sendable, Hashable {
        /// It goes, and is counted as on its way: tell its end.
        case go
        /// Nothing goes before that moment; ask again then.
        case wait(until: Instant)
        /// Nothing goes before one on its way has ended; ask again then.
        case full
    }

    /// For display.
    public enum State: Sendable, Hashable {
        /// Requests go.
        case closed
        /// It has failed; nothing goes until then.
        case open(until: Instant)
        /// It wants to be left alone until then.
        case throttled(until: Instant)
        /// One request at a time finds out whether it works.
        case halfOpen
        /// It wants no more; nothing goes for ever.
        case gone
    }

    /// Wishes are obeyed within these.
    public static let wishes: ClosedRange<Duration> = .seconds(1) ... .seconds(3600)

    /// May be changed at any time; what is on its way stays.
    public var limits: Limits
    /// How many requests are on their way.
    public private(set) var inFlight = 0
    /// Failures since the last success.
    public private(set) var failures: Int

    private let policy: Policy
    private var openings = 0
    private var openUntil: Instant?
    private var throttledUntil: Instant?
    /// One at a time, until a success.
    private var isProving: Bool
    private var isProbeInFlight = false
    private var isGone = false
    /// When the next request would be due if they came evenly.
    private var nextTurn: Instant?

    /// - Parameters:
    ///   - failures: since its last success, as far as known: if there are any, it has to prove itself first.
    ///   - policy: the channel's own when `nil`.
    public init(channel: NotificationChannel, limits: Limits, failures: Int = 0, policy: Policy? = nil) {
        self.limits = limits
        self.failures = max(0, failures)
        self.policy = policy ?? Policy(for: channel)
        isProving = failures > 0
    }

    /// Asks for one request. Whoever is told ``Admission/go`` makes it and reports its end, by ``ended(_:at:)`` or
    /// ``released()``.
    public mutating func admit(at now: Instant) -> Admission {
        guard !isGone, inFlight < limits.inFlight else { return .full }
        let earliest = [openUntil, throttledUntil, nextTurn.map { $0 - limits.leeway }].compactMap { $0 }.max()
        if let earliest, now < earliest { return .wait(until: earliest) }
        if isProving {
            // Those sent before it opened are still awaited: what they tell must not be taken for the probe's answer.
            guard inFlight == 0 else { return .full }
            isProbeInFlight = true
        }
        nextTurn = max(nextTurn ?? now, now) + limits.interval
        inFlight += 1
        return .go
    }

    /// A request that was let go has ended.
    public mutating func ended(_ outcome: AttemptOutcome, at now: Instant) {
        let wasProbe = isProbeInFlight
        released()
        switch outcome {
        case .delivered:
            failures = 0
            openings = 0
            openUntil = nil
            isProving = false
        case .gone: isGone = true
        case .throttled(let wish):
            let pause = min(max(wish ?? policy.defaultWish, Self.wishes.lowerBound), Self.wishes.upperBound)
            throttledUntil = max(throttledUntil ?? now, now + pause)
            isProving = true
        case .failed, .refused:
            failures += 1
            // Of those that were on their way when it opened, none says anything new.
            if isProving ? wasProbe : failures >= policy.failures { open(at: now) }
        }
    }

    /// A request that was let go was not made after all, or nobody knows what became of it.
    public mutating func released() {
        inFlight = max(0, inFlight - 1)
        isProbeInFlight = false
    }

    private mutating func open(at now: Instant) {
        let pause = min(policy.firstPause * (1 << min(openings, 20)), policy.longestPause)
        openings += 1
        openUntil = now + pause
        isProving = true
    }

    /// How it stands.
    public func state(at now: Instant) -> State {
        if isGone { return .gone }
        if let openUntil, now < openUntil { return .open(until: openUntil) }
        if let throttledUntil, now < throttledUntil { return .throttled(until: throttledUntil) }
        return isProving ? .halfOpen : .closed
    }
}
