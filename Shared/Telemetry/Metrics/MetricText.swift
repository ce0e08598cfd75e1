/// The rules of the text format for names, labels and numbers.
enum MetricText {
    /// Letters, digits, `_` and `:`, the first no digit; anything else becomes `_`.
    static func name(_ label: String, suffix: String = "") -> String {
        let valid = identifier(label, colons: true)
        return valid.hasSuffix(suffix) ? valid : valid + suffix
    }

    /// `a="1",b="2"`, sorted by name. `le` belongs to histograms and gets another name.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions
            .map { (identifier($0.0, colons: false), $0.1) }
            .map { ($0.0 == "le" ? "exported_le" : $0.0, $0.1) }
            .sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\"\(escaped($0.1, quotes: true))\"" }
            .joined(separator: ",")
    }

    static func help(_ text: String) -> String { escaped(text, quotes: false) }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), abs(value) < 1e15 { return String(whole) }
        return value.description
    }

    private static func identifier(_ text: String, colons: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(scalar)
            case "0"..."9":
                if result.isEmpty { result.append("_") }
                result.unicodeScalars.append(scalar)
            case ":" where colons: result.unicodeScalars.append(scalar)
            default: result.append("_")
            }
        }
        return result.isEmpty ? "_" : result
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
