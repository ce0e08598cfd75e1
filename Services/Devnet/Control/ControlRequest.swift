internal import ChainModel
internal import Models

/// A request to the control API is wrong: answered with 400 and this text.
struct ControlError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The body of a control request, read strictly: unknown fields and wrong types are errors.
struct ControlRequest: Sendable {
    let fields: JSON

    init(_ fields: JSON, known: [String]) throws(ControlError) {
        guard case .object(let members) = fields else { throw ControlError("the body must be a JSON object") }
        for member in members where !known.contains(member.key) {
            throw ControlError("unknown field \(member.key); known: \(known.joined(separator: ", "))")
        }
        self.fields = fields
    }

    func has(_ key: String) -> Bool { fields[key] != nil }

    /// An address in base58 or hexadecimal.
    func address(_ key: String) throws(ControlError) -> TronAddress {
        try Self.address(fields[key]?.string, key)
    }

    static func address(_ text: String?, _ key: String) throws(ControlError) -> TronAddress {
        guard let text else { throw ControlError("\(key) is missing") }
        if let address = try? TronAddress(base58: text) { return address }
        if let address = try? TronAddress(hex: text) { return address }
        throw ControlError("\(key) is not a TRON address: \(text)")
    }

    func int(_ key: String, _ range: ClosedRange<Int64>, default missing: Int64? = nil) throws(ControlError) -> Int64 {
        guard let value = fields[key] else {
            guard let missing else { throw ControlError("\(key) is missing") }
            return missing
        }
        guard let number = value.int, range.contains(number) else {
            throw ControlError("\(key) must be a whole number between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    /// An amount of six places: a whole number, a decimal, or a decimal in a string.
    func millionths(_ key: String) throws(ControlError) -> Int64? {
        let text: String
        switch fields[key] {
        case nil: return nil
        case .int(let value): text = String(value)
        case .double(let value): text = Self.decimal(value)
        case .string(let value): text = value
        default: throw ControlError("\(key) must be a number")
        }
        do {
            return try TokenAmount(parsing: text).units
        } catch {
            throw ControlError("\(key) must be an amount of at most six places: \(error)")
        }
    }

    private static func decimal(_ value: Double) -> String {
        let units = (value * 1_000_000).rounded()
        guard units == value * 1_000_000, let whole = Int64(exactly: units), let amount = TokenAmount(units: whole)
        else { return "\(value)" }
        return amount.description
    }

    func bool(_ key: String, default missing: Bool) throws(ControlError) -> Bool {
        guard let value = fields[key] else { return missing }
        guard let bool = value.bool else { throw ControlError("\(key) must be true or false") }
        return bool
    }

    func resource() throws(ControlError) -> Resource {
        guard let text = fields["resource"]?.string, let resource = Resource(code: text.uppercased()) else {
            throw ControlError("resource must be ENERGY or BANDWIDTH")
        }
        return resource
    }
}
