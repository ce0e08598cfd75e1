public import Models

/// How long to wait between the tries of a delivery, and when to give it up.
///
/// 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 14 h, each up to a fifth shorter or longer, so that what failed together does not
/// come again together: eight tries in about 31 hours (Standard Webhooks 1.0.0 suggests such a schedule).
public struct RetrySchedule: Sendable, Hashable {
    /// After the first try, after the second, and so on.
    public var waits: [Duration]
    /// How much shorter or longer a wait may be, in thousandths of it: 0 to 1000.
    public var jitterPerMille: Int64
    /// A receiver may ask for a longer wait, up to this one.
    public var longestWish: Duration

    /// - Parameters:
    ///   - waits: between the tries; one more than these is made.
    ///   - jitterPerMille: 0 to 1000; what lies outside counts as the nearer of them.
    public init(
        waits: [Duration] = [
            .seconds(5), .seconds(300), .seconds(1800), .seconds(7200), .seconds(18_000), .seconds(36_000),
            .seconds(50_400),
        ],
        jitterPerMille: Int64 = 200,
        longestWish: Duration = .seconds(86_400)
    ) {
        self.waits = waits
        self.jitterPerMille = min(max(jitterPerMille, 0), 1000)
        self.longestWish = longestWish
    }

    /// How many tries there are.
    public var tries: Int { waits.count + 1 }

    /// How long to wait before the next try.
    /// - Parameters:
    ///   - number: of the try that failed, from 1.
    ///   - wish: what the receiver asked for (`Retry-After`): makes the wait longer, never shorter.
    /// - Returns: `nil` when there are no more tries.
    public func wait(
        afterTry number: Int,
        wish: Duration? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard number <= waits.count else { return nil }
        let perMille = 1000 + Int64.random(in: -jitterPerMille...jitterPerMille, using: &generator)
        let wait = Duration.milliseconds(waits[max(number, 1) - 1].wholeMilliseconds * perMille / 1000)
        return max(wait, min(wish ?? .zero, longestWish))
    }
}

/// Whether an endpoint is to be disabled for its failures: none but failures for five days, and at least five of them.
/// - Parameters:
///   - since: the first failure after the last success; `nil` when there was none.
///   - attempts: failures since then.
public func shouldDisable(failingSince since: Timestamp?, attempts: Int, now: Timestamp) -> Bool {
    guard let since else { return false }
    return attempts >= 5 && now - since >= .seconds(5 * 86_400)
}
