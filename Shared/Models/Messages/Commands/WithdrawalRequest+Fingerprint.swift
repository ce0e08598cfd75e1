internal import Crypto

extension WithdrawalRequest {
    /// SHA-256 over everything asked, 32 bytes: equal for a repetition, different for another request under the same id.
    ///
    /// Blanks and the order of fields in the JSON make no difference; fields the house does not know do not count.
    public var fingerprint: [UInt8] {
        let fields: [String] =
            [
                partnerID.rawValue, withdrawalID.rawValue, userID ?? "", fromAddress.hex, toAddress.hex, token,
                String(amount.units), urgency.rawValue, deadline.map { String($0.milliseconds) } ?? "",
                fallback.map(\.rawValue).joined(separator: ","), maxCost.map(\.description) ?? "", batchID ?? "",
            ] + (batchSize.map { [String($0)] } ?? [])
        // A unit separator cannot stand in any field but the free texts, where it would only merge texts of one sender.
        return Array(SHA256.hash(data: Array(fields.joined(separator: "\u{1F}").utf8)))
    }
}
