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

extension DurationText {
    /// In the largest unit that is whole: `15m`, `24h`, `90s`.
    static func short(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60)] as [(String, Int64)]
        where seconds > 0 && seconds.isMultiple(of: size) {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }
}
