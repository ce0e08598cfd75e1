/// Durations as people read them.
enum DurationText {
    /// `0.4 s`, `12.3 s`, `2 min 05 s`, `3 h 07 min`.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds >= 3600 { return "\(seconds / 3600) h \(twoDigits(seconds % 3600 / 60)) min" }
        if seconds >= 60 { return "\(seconds / 60) min \(twoDigits(seconds % 60)) s" }
        return "\(seconds).\(attoseconds / 100_000_000_000_000_000) s"
    }

    static func seconds(since start: ContinuousClock.Instant) -> String {
        text(start.duration(to: ContinuousClock.now))
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
