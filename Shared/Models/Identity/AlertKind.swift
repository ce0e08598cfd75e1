/// What an alert is about, for rules, templates and counts: `energy_low`. An open set; 1 to 64 of `a-z`, `0-9`, `_`.
public struct AlertKind: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The checked text, which is also the form in JSON and SQL.
    public let rawValue: String

    /// - Returns: `nil` when the text has another character or length.
    public init?(_ text: String) {
        let isValid = text.utf8.allSatisfy {
            ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: "_")
        }
        guard isValid, (1...64).contains(text.utf8.count) else { return nil }
        rawValue = text
    }

    private init(known text: String) { rawValue = text }

    /// The text as it is.
    public var description: String { rawValue }
    /// The order of the bytes, for all are ASCII.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// An endpoint is told of nothing any more, for what its receiver answered.
    public static let endpointDisabled = AlertKind(known: "endpoint_disabled")
    /// Raised by hand, to see who hears of it.
    public static let test = AlertKind(known: "test")
}

extension AlertKind: TextCoded {
    /// Names the characters allowed.
    public static var textForm: String { "1-64 of a-z 0-9 _" }
}
