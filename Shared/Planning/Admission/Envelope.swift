internal import Models

/// A message's fields read leniently, to say precisely what is wrong with one that cannot be decoded.
struct Envelope: Decodable {
    private let fields: [String: Field]

    /// A JSON value as far as the reasons need it.
    enum Field: Decodable {
        case text(String)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) { self = .text(text) } else { self = .other }
        }

        var text: String? {
            if case .text(let text) = self { text } else { nil }
        }
    }

    init(from decoder: any Decoder) throws {
        fields = try decoder.singleValueContainer().decode([String: Field].self)
    }

    var partner: String? { fields["partner_id"]?.text }
    var withdrawal: String? { fields["withdrawal_id"]?.text }

    /// The first field with a reason of its own; anything else is `malformed`, told by the decoder.
    func firstProblem() -> (reason: RejectionReason, detail: String)? {
        if let text = withdrawal {
            if WithdrawalID(text) == nil {
                return (.badWithdrawalID, "withdrawal_id: not 1-64 printable ASCII characters without blanks")
            }
        } else {
            return (.badWithdrawalID, "withdrawal_id: missing or not a string")
        }
        for name in ["from_address", "to_address"] {
            guard let field = fields[name] else { continue }
            guard let text = field.text else { return (.badAddress, "\(name): not a string") }
            do {
                _ = try TronAddress(base58: text)
            } catch {
                return (.badAddress, "\(name): \(describe(error))")
            }
        }
        guard let field = fields["amount"] else { return nil }
        guard let text = field.text else { return (.amountNotDecimal, "amount: must be a decimal string") }
        do {
            _ = try TokenAmount(parsing: text)
            return nil
        } catch {
            switch error {
            case .notDecimal: return (.amountNotDecimal, "amount: not a decimal such as \"12.5\"")
            case .negative: return (.amountNegative, "amount: negative")
            case .tooManyPlaces: return (.amountTooManyPlaces, "amount: more than 6 decimal places")
            case .tooLarge: return (.amountTooLarge, "amount: larger than any balance can be")
            }
        }
    }

    private func describe(_ error: TronAddress.ParseError) -> String {
        switch error {
        case .wrongLength: "not 34 characters"
        case .notBase58: "has a character outside base58"
        case .wrongPrefix: "is not an address of TRON"
        case .wrongChecksum: "wrong checksum"
        case .notHex: "not hexadecimal"
        }
    }
}
