public import Models

/// Hours of each day in which people are left alone, by a clock of fixed offset from UTC: `22:00-07:00`.
public struct QuietHours: Hashable, Sendable {
    /// When they begin: minutes after midnight, 0 to 1439.
    public let from: Int
    /// When they end, on the same day or the next: minutes after midnight, 0 to 1439, another than ``from``.
    public let to: Int
    /// How many minutes the clock is ahead of UTC: -720 to 840.
    public let offset: Int

    /// Seoul has no daylight saving: nine hours ahead all the year.
    public static let seoul = 540

    /// - Returns: `nil` when a number is out of its range, or the hours would have no length.
    public init?(from: Int, to: Int, offset: Int = seoul) {
        guard (0..<1440).contains(from), (0..<1440).contains(to), from != to, (-720...840).contains(offset) else {
            return nil
        }
        self.from = from
        self.to = to
        self.offset = offset
    }

    /// When they end, if a moment is inside; their first minute is, their end is not.
    public func end(at now: Timestamp) -> Timestamp? {
        let shift = Int64(offset) * 60_000
        let day: Int64 = 86_400_000
        let local = now.milliseconds + shift
        let inDay = ((local % day) + day) % day
        let (begin, end) = (Int64(from) * 60_000, Int64(to) * 60_000)
        let isInside = begin < end ? begin <= inDay && inDay < end : begin <= inDay || inDay < end
        guard isInside else { return nil }
        let isTomorrow = inDay >= end
        return Timestamp(milliseconds: local - inDay + end + (isTomorrow ? day : 0) - shift)
    }
}

extension QuietHours: TextCoded {
    /// Shows by examples.
    public static var textForm: String {
        "quiet hours, such as 22:00-07:00 in Seoul or, with an offset from UTC, 22:00-07:00+01:00"
    }

    /// Reads `22:00-07:00`, which is Seoul's time, or with an offset from UTC: `22:00-07:00+01:00`.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 11 || bytes.count == 17, bytes[5] == UInt8(ascii: "-"),
            let from = minutes(bytes[0..<5]), let to = minutes(bytes[6..<11])
        else { return nil }
        guard bytes.count == 17 else {
            self.init(from: from, to: to)
            return
        }
        let isAhead = bytes[11] == UInt8(ascii: "+")
        guard isAhead || bytes[11] == UInt8(ascii: "-"), let offset = minutes(bytes[12..<17]) else { return nil }
        self.init(from: from, to: to, offset: isAhead ? offset : -offset)
    }

    /// With the offset: `22:00-07:00+09:00`.
    public var description: String {
        clock(from) + "-" + clock(to) + (offset < 0 ? "-" : "+") + clock(abs(offset))
    }
}

/// Of `HH:MM`.
private func minutes(_ text: ArraySlice<UInt8>) -> Int? {
    let bytes = Array(text)
    let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - 48 }
    guard bytes[2] == UInt8(ascii: ":"), digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
    let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
    return hour < 24 && minute < 60 ? hour * 60 + minute : nil
}

private func clock(_ minutes: Int) -> String {
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return two(minutes / 60) + ":" + two(minutes % 60)
}
