internal import FoundationEssentials
internal import Glibc

/// How values are written.
enum ConfigurationValue {
    /// Why a value does not fit its type; `nil` when it does.
    static func objection(to value: String, as type: ConfigurationKey.ValueType) -> String? {
        switch type {
        case .text: nil
        case .list: list(value).isEmpty ? "expected at least one entry" : nil
        case .flag: flag(value) == nil ? "expected true or false" : nil
        case .integer(let range):
            Int(value).map(range.contains) == true
                ? nil : "expected a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range):
            Double(value).map(range.contains) == true
                ? nil : "expected a number from \(range.lowerBound) to \(range.upperBound)"
        case .duration: duration(value) == nil ? "expected a number with ms, s, m, h or d, as in 250ms" : nil
        case .url: isURL(value) ? nil : "expected an http or https address"
        case .choice(let names):
            names.contains(value) ? nil : "expected one of " + names.joined(separator: ", ")
        case .file: access(value, R_OK) == 0 ? nil : "no such file, or not allowed to read it"
        }
    }

    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
            .map { String($0.reversed().trimmingPrefix(while: \.isWhitespace).reversed()) }
            .filter { !$0.isEmpty }
    }

    static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    static func duration(_ text: String) -> Duration? {
        let units: [(suffix: String, milliseconds: Int64)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let count = Int64(text.dropLast(unit.suffix.count)), count >= 0
        else { return nil }
        let (total, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(total)
    }

    /// Secrets of installation guides: they protect nothing.
    static func isWellKnown(secret: String) -> Bool {
        [
            "guest", "password", "passwd", "secret", "changeme", "change-me", "admin", "postgres", "busbar", "test",
            "example", "default", "123456", "12345678",
        ].contains(secret.lowercased())
    }

    private static func isURL(_ text: String) -> Bool {
        guard let url = URL(string: text), let host = url.host(), !host.isEmpty else { return false }
        return url.scheme == "http" || url.scheme == "https"
    }
}
