public import Models

/// How far the clocks of replicas may be apart: a quote that another one has just fixed may be from a little later than now.
private let tolerance = Duration.seconds(60)

extension BatchKey {
    /// Whether members of the batch are priced by this quote, which its first priced member has fixed; else by what holds now,
    /// which then becomes the batch's.
    public func isPriced(by quote: Quote, at now: Timestamp) -> Bool {
        quote.madeAt <= now + tolerance && quote.isValid(at: max(now, quote.madeAt))
    }
}
