/// When what is stored has to be looked through because a figure of the chain may be another one than it was made by: needs by
/// the contract's factor, fee limits by energy's fee.
struct RenewalWatch<Figure: Equatable> {
    private var figure: Figure?
    private var until: ContinuousClock.Instant?

    /// Another replica stores by an old figure for as long as its ``NeedBook`` holds a factor to be confirmed, or its
    /// ``PriceReader`` a price to be recent, and its transactions last.
    private let time: Duration = .seconds(90)

    /// The figure that everything stored has to be made by; `nil` where nothing can be by another one.
    mutating func renewing(by figure: Figure?, at now: ContinuousClock.Instant) -> Figure? {
        guard let figure else { return nil }
        if self.figure != figure {
            self.figure = figure
            extend(at: now)
        }
        return until.map { now < $0 } == true ? figure : nil
    }

    /// There was something: more may follow.
    mutating func extend(at now: ContinuousClock.Instant) { until = now + time }
}
