internal import ArgumentParser
internal import Models

/// Reads what people type, and says what is wrong with it.
enum Parsing {
    static func address(_ text: String) throws -> TronAddress {
        do {
            return try TronAddress(base58: text)
        } catch {
            let reason =
                switch error {
                case .wrongLength: "it has \(text.utf8.count) characters instead of 34"
                case .notBase58: "it has a character outside base58"
                case .wrongPrefix: "it does not begin as TRON's do, with T"
                case .wrongChecksum: "its checksum is wrong: one of its characters is mistyped"
                case .notHex: "it is not hexadecimal"
                }
            throw ValidationError("\(text) is not a TRON address: \(reason)")
        }
    }

    static func partner(_ text: String) throws -> PartnerID {
        guard let id = PartnerID(text) else {
            throw ValidationError("\(text) is not a partner id: 1 to 32 of a-z, 0-9, _ and -")
        }
        return id
    }

    static func withdrawal(_ text: String) throws -> WithdrawalID {
        guard let id = WithdrawalID(text) else {
            throw ValidationError("\(text) is not a withdrawal id: 1 to 64 printable ASCII characters without blanks")
        }
        return id
    }

    static func amount(_ text: String) throws -> TokenAmount {
        do {
            return try TokenAmount(parsing: text)
        } catch {
            let reason =
                switch error {
                case .notDecimal: "not a decimal such as 12.5"
                case .negative: "negative"
                case .tooManyPlaces: "more than 6 decimal places"
                case .tooLarge: "larger than any balance can be"
                }
            throw ValidationError("\(text) is not an amount: \(reason)")
        }
    }

    static func time(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(text) else {
            throw ValidationError("\(text) is not a time such as 2026-11-21T09:30:00Z")
        }
        return time
    }

    static func urgency(_ text: String) throws -> Urgency {
        guard let urgency = Urgency(rawValue: text) else {
            throw ValidationError(
                "\(text) is not an urgency: \(Urgency.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        return urgency
    }

    static func option(_ text: String) throws -> ShortageOption {
        guard let option = ShortageOption(rawValue: text) else {
            let known = ShortageOption.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(text) is not an option when energy is short: \(known)")
        }
        return option
    }
}
