internal import Webhooks

/// Addresses that answered after others of the same name had not: tried first for a while, so that a dead address costs
/// its wait once and not with every request.
struct ReachableAddresses: Sendable {
    private struct Entry: Sendable {
        var address: IPAddress
        var until: ContinuousClock.Instant
    }

    private static let time: Duration = .seconds(300)
    private static let maximumEntries = 10_000

    private var entries: [String: Entry] = [:]

    /// The same addresses, the one known to answer first.
    func order(_ addresses: [IPAddress], of name: String, at now: ContinuousClock.Instant) -> [IPAddress] {
        guard let entry = entries[name], entry.until > now, let index = addresses.firstIndex(of: entry.address) else {
            return addresses
        }
        var ordered = addresses
        ordered.insert(ordered.remove(at: index), at: 0)
        return ordered
    }

    /// Remembers the address that was connected to, when it was not the first to be tried.
    mutating func note(_ address: IPAddress, of name: String, wasFirst: Bool, at now: ContinuousClock.Instant) {
        guard !wasFirst else { return }
        if entries.count >= Self.maximumEntries {
            entries = entries.filter { $0.value.until > now }
            if entries.count >= Self.maximumEntries { entries = [:] }
        }
        entries[name] = Entry(address: address, until: now + Self.time)
    }
}
