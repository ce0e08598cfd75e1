public import Models

/// What a receiver says about when to come again: the header `Retry-After` (RFC 9110, section 10.2.3).
public enum RetryAfter {
    private static let most: Int64 = 999_999_999

    /// How long it wants to be left alone.
    /// - Parameters:
    ///   - header: seconds, also with a fraction, as some servers write them; or an HTTP date in any of its three forms.
    ///   - now: when the answer came.
    /// - Returns: zero for a date that has passed; `nil` for what is neither.
    public static func parse(header: String, now: Timestamp) -> Duration? {
        let text = header.utf8.drop { $0 == 32 || $0 == 9 }
        guard let first = text.first else { return nil }
        if isDigit(first) { return seconds(text) }
        return date(Substring(text), now: now).map { max($0 - now, .zero) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    /// `120` or `0.65`; parts of a millisecond count as a whole one.
    private static func seconds(_ text: Substring.UTF8View) -> Duration? {
        var text = text
        while let last = text.last, last == 32 || last == 9 { text.removeLast() }
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else {
            return nil
        }
        let value = whole.reduce(Int64(0)) { min($0 * 10 + Int64($1 - 48), most) }
        guard parts.count == 2 else { return .seconds(value) }
        let digits = parts[1].map { Int64($0 - 48) }
        let thousandths = (0..<3).reduce(Int64(0)) { $0 * 10 + ($1 < digits.count ? digits[$1] : 0) }
        let hasMore = digits.dropFirst(3).contains { $0 > 0 }
        return .seconds(value) + .milliseconds(thousandths + (hasMore ? 1 : 0))
    }

    /// RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and
    /// `Sun Nov  6 08:49:37 1994`.
    private static func date(_ text: Substring, now: Timestamp) -> Timestamp? {
        let words = text.split(separator: " ")
        switch words.count {
        case 6 where words[0].hasSuffix(",") && words[5] == "GMT" && words[1].utf8.count == 2:
            return moment(year: words[3], month: words[2], day: words[1], time: words[4])
        case 4 where words[0].hasSuffix(",") && words[3] == "GMT":
            let parts = words[1].split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].utf8.count == 2, parts[2].utf8.count == 2,
                let short = Int(parts[2]), short >= 0
            else { return nil }
            let year = fullYear(short, now: now)
            return moment(year: "\(year)", month: parts[1], day: parts[0], time: words[2])
        case 5:
            return moment(year: words[4], month: words[1], day: words[2], time: words[3])
        default: return nil
        }
    }

    /// A year of two digits that seems more than 50 years ahead is one of the past.
    private static func fullYear(_ short: Int, now: Timestamp) -> Int {
        let present = Int(now.description.prefix(4)) ?? 2000
        let year = present / 100 * 100 + short
        return year > present + 50 ? year - 100 : year
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Its text is that of RFC 3339 in another order, and read as such: digits, ranges and the length of months.
    private static func moment(
        year: some StringProtocol,
        month: Substring,
        day: Substring,
        time: Substring
    ) -> Timestamp? {
        guard let month = months.firstIndex(of: String(month)), (1...2).contains(day.utf8.count) else { return nil }
        let number = month + 1
        return Timestamp("\(year)-\(number < 10 ? "0" : "")\(number)-\(day.utf8.count < 2 ? "0" : "")\(day)T\(time)Z")
    }
}
