internal import ArgumentParser
internal import Models

extension Sun {
    /// In TRX with all six places, so that columns of amounts stand in line.
    var fixedTRX: String {
        let (whole, places) = rawValue.magnitude.quotientAndRemainder(dividingBy: Sun.trx.rawValue.magnitude)
        let digits = String(places)
        let sign = rawValue < 0 ? "-" : ""
        return "\(sign)\(whole).\(String(repeating: "0", count: 6 - digits.utf8.count))\(digits)"
    }
}

extension Parsing {
    /// An amount of TRX above zero.
    static func trx(_ text: String) throws -> Sun {
        guard let amount = Sun(trx: text) else {
            throw ValidationError("\(text) is not an amount of TRX such as 12.5: at most 6 decimal places")
        }
        guard amount > .zero else { throw ValidationError("\(text) is not more than zero") }
        return amount
    }

    /// An amount of TRX that may be zero.
    static func trxOrZero(_ text: String) throws -> Sun {
        guard let amount = Sun(trx: text), amount >= .zero else {
            throw ValidationError("\(text) is not an amount of TRX such as 12.5 or 0: at most 6 decimal places")
        }
        return amount
    }

    /// A user of a partner, as requests name it.
    static func user(_ text: String) throws -> String {
        guard (1...128).contains(text.utf8.count), isPrintable(text) else {
            throw ValidationError("a user id has 1 to 128 bytes and no control characters")
        }
        return text
    }

    /// Whether a text has no control characters, line ends among them.
    static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }

    /// A moment, or the beginning of a day in Seoul.
    static func dayOrTime(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(text.utf8.count == 10 ? text + "T00:00:00+09:00" : text) else {
            throw ValidationError("\(text) is neither a day such as 2026-11-21 nor a time such as 2026-11-21T09:30:00Z")
        }
        return time
    }

    /// The first moment of the month in Seoul.
    static func beginningOfMonth(_ now: Timestamp) -> Timestamp {
        let month = (now + .seconds(9 * 3600)).description.prefix(8)
        return Timestamp(month + "01T00:00:00+09:00") ?? now
    }
}
