internal import Logging

/// Writes one JSON object on one line.
struct JSONLine {
    private(set) var text = ""
    private let redaction: Redaction
    private var isFirst = true

    init(redaction: Redaction) { self.redaction = redaction }

    mutating func open() {
        text.append("{")
        isFirst = true
    }

    mutating func close() {
        text.append("}")
        isFirst = false
    }

    mutating func field(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    mutating func field(_ name: String, _ value: Logger.Metadata.Value) {
        key(name)
        if redaction.hides(field: name) { return string(Redaction.mark) }
        self.value(value)
    }

    private mutating func value(_ value: Logger.Metadata.Value) {
        switch value {
        case .string(let text): string(redaction.clean(text))
        case .stringConvertible(let value): scalar(value)
        case .array(let values):
            text.append("[")
            for (index, item) in values.enumerated() {
                if index > 0 { text.append(",") }
                self.value(item)
            }
            text.append("]")
        case .dictionary(let fields):
            open()
            for (name, item) in fields.sorted(by: { $0.key < $1.key }) { field(name, item) }
            close()
        }
    }

    /// Numbers and truth values stay what they are; anything else is shown as text.
    private mutating func scalar(_ value: any CustomStringConvertible & Sendable) {
        switch value {
        case is any FixedWidthInteger, is Bool: text.append(value.description)
        case let number as Double where number.isFinite: text.append(number.description)
        default: string(redaction.clean(value.description))
        }
    }

    private mutating func key(_ name: String) {
        if !isFirst { text.append(",") }
        isFirst = false
        string(name)
        text.append(":")
    }

    private mutating func string(_ value: String) {
        text.append("\"")
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text.append("\\\"")
            case "\\": text.append("\\\\")
            case "\n": text.append("\\n")
            case "\r": text.append("\\r")
            case "\t": text.append("\\t")
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                text.append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text.append("\"")
    }
}
