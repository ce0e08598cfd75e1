/// A block of addresses: `10.0.0.0/8`, `fd00::/8`.
public struct CIDR: Hashable, Sendable, CustomStringConvertible {
    /// Its first address.
    public let base: IPAddress
    /// How many bits all its addresses share: 0…32, or 0…128.
    public let length: Int

    /// Reads `address/length`, or one address alone.
    /// - Throws: what is wrong with the text, and what it should read.
    public init(_ text: some StringProtocol) throws(CIDRError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let address = IPAddress(first) else {
            throw CIDRError("\"\(text)\" is no block of addresses: write 10.0.0.0/8 or fd00::/8")
        }
        let width = address.family == .v4 ? 32 : 128
        guard parts.count == 2 else {
            base = address
            length = width
            return
        }
        guard let length = Int(parts[1]), (0...width).contains(length), String(length) == parts[1] else {
            throw CIDRError("\"\(text)\": after / a number from 0 to \(width) is needed")
        }
        let first0 = address.masked(to: length)
        guard first0 == address else {
            throw CIDRError("\"\(text)\": \(address) is not the first address of its block: write \(first0)/\(length)")
        }
        base = address
        self.length = length
    }

    /// A block by the first address and the length, cut to fit.
    init(_ base: IPAddress, _ length: Int) {
        self.base = base.masked(to: length)
        self.length = length
    }

    /// Reads blocks separated by commas; empty text means none.
    public static func list(_ text: String) throws(CIDRError) -> [CIDR] {
        var blocks: [CIDR] = []
        for part in text.split(separator: ",") {
            blocks.append(try CIDR(part.trimmingSpaces))
        }
        return blocks
    }

    /// Whether the address is in the block. IPv4 and IPv6 never contain each other.
    public func contains(_ address: IPAddress) -> Bool {
        address.family == base.family && address.masked(to: length) == base
    }

    /// `10.0.0.0/8`
    public var description: String { "\(base)/\(length)" }
}

/// A block of addresses that cannot be read; the text says why and what to write.
public struct CIDRError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in words.
    public let description: String

    init(_ description: String) { self.description = description }
}

extension IPAddress {
    /// The address with all bits behind the first `length` set to zero.
    func masked(to length: Int) -> IPAddress {
        switch family {
        case .v4:
            let mask: UInt32 = length == 0 ? 0 : ~0 << UInt32(32 - length)
            return IPAddress(v4: UInt32(truncatingIfNeeded: bits) & mask)
        case .v6:
            let mask: UInt128 = length == 0 ? 0 : ~0 << UInt128(128 - length)
            return IPAddress(v6: bits & mask)
        }
    }
}

extension StringProtocol {
    var trimmingSpaces: SubSequence {
        guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}
