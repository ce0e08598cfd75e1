internal import Messaging

/// What a delivery is remembered by.
enum InboxKey {
    /// - Parameter isOurs: then its message id says it all. Others' ids may repeat, so that what they say is added, lest
    ///   two messages share their attempts.
    static func of(_ delivery: Delivery, isOurs: Bool) -> String {
        let id = delivery.properties.messageID.map { String($0.prefix(64)) } ?? ""
        if isOurs, !id.isEmpty { return id }
        // FNV-1a: a collision would only count two tries as one message's.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in delivery.body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "\(id):\(delivery.body.count):\(String(hash, radix: 16))"
    }
}
