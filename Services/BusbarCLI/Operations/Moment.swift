internal import ArgumentParser
internal import Models

/// A moment as people name it: a time, the beginning of a day in Seoul, or how long ago it was.
enum Moment: Sendable, Hashable {
    case at(Timestamp)
    case ago(Duration)

    /// The moment itself.
    func resolved(at now: Timestamp) -> Timestamp {
        switch self {
        case .at(let time): time
        case .ago(let duration): now - duration
        }
    }
}

extension Parsing {
    /// A time, a day, or how long ago: `2026-11-21T09:30:00Z`, `2026-11-21`, `90m`.
    static func moment(_ text: String) throws -> Moment {
        if let length = length(text) { return .ago(length) }
        guard let time = try? dayOrTime(text) else {
            throw ValidationError(
                "\(text) is no moment: a time such as 2026-11-21T09:30:00Z, a day such as 2026-11-21, or how long ago "
                    + "such as 90m, 2h or 3d"
            )
        }
        return .at(time)
    }

    /// A length of time with its unit: `30s`, `15m`, `24h`, `7d`; `0` needs none.
    static func duration(_ text: String) throws -> Duration {
        guard let length = length(text) else {
            throw ValidationError("\(text) is not a length of time such as 30s, 15m, 24h or 7d")
        }
        return length
    }

    private static func length(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        guard let match = text.wholeMatch(of: /([0-9]{1,6})([smhd])/), let count = Int64(match.1) else { return nil }
        switch match.2 {
        case "s": return .seconds(count)
        case "m": return .seconds(count * 60)
        case "h": return .seconds(count * 3600)
        default: return .seconds(count * 86_400)
        }
    }
}
