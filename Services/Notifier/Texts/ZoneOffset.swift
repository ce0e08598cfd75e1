internal import Models

/// How far a reader's clock is from UTC. Without daylight saving: Seoul has none.
struct ZoneOffset: Sendable, Hashable {
    let minutes: Int

    /// Korea's: +09:00.
    static let seoul = ZoneOffset(minutes: 540)

    /// What its times end with.
    var name: String {
        switch minutes {
        case 540: return "KST"
        case 0: return "UTC"
        default:
            let (hours, rest) = minutes.magnitude.quotientAndRemainder(dividingBy: 60)
            return "UTC\(minutes < 0 ? "-" : "+")\(hours < 10 ? "0" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
        }
    }

    /// `2026-11-21`
    func date(_ moment: Timestamp) -> String { String(local(moment).prefix { $0 != "T" }) }

    /// `18:30:00`
    func clock(_ moment: Timestamp) -> String {
        String(local(moment).drop { $0 != "T" }.dropFirst().prefix(8))
    }

    /// `18:30:00 KST`, or `2026-11-21 18:30:00 KST` on another day than `now`.
    func shown(_ moment: Timestamp, now: Timestamp) -> String {
        let day = date(moment)
        return (day == date(now) ? "" : day + " ") + "\(clock(moment)) \(name)"
    }

    /// `18:30:00`, or `11-21 18:30:00` on another day than `now`: for lists.
    func stamp(_ moment: Timestamp, now: Timestamp) -> String {
        let day = date(moment)
        return (day == date(now) ? "" : day.dropFirst(5) + " ") + clock(moment)
    }

    private func local(_ moment: Timestamp) -> String { (moment + .seconds(minutes * 60)).description }
}
