/// When stored needs have to be looked through because the contract's factor may be another one than they were made by.
struct FactorWatch {
    private var factor: Int64?
    private var until: ContinuousClock.Instant?

    /// Another replica stores needs by an old factor for as long as its ``NeedBook`` holds one to be confirmed, and its
    /// transactions last.
    private static let time: Duration = .seconds(90)

    /// The factor that stored needs have to be made by; `nil` where none can be by another one.
    mutating func renewing(by factor: Int64?, at now: ContinuousClock.Instant) -> Int64? {
        guard let factor else { return nil }
        if self.factor != factor {
            self.factor = factor
            extend(at: now)
        }
        return until.map { now < $0 } == true ? factor : nil
    }

    /// There were some: others may follow.
    mutating func extend(at now: ContinuousClock.Instant) { until = now + Self.time }
}
