internal import Models

extension Timestamp {
    /// The year 10000: no source can mean that, and below it sums of times and what a database holds are far away.
    static let endOfMoments = Timestamp(milliseconds: 253_402_300_800_000)

    /// Whether somebody else's time can be meant: from 1970 to the year 9999.
    var isMoment: Bool { milliseconds >= 0 && self < .endOfMoments }
}
