public import Webhooks

/// Finds the addresses of a name.
public protocol HostResolver: Sendable {
    /// All addresses, IPv4 and IPv6, in the order in which to try them. Returns soon after a cancellation.
    ///
    /// The caller judges every address and connects to one of just these: nobody asks a second time in between.
    /// - Throws: when there are none, or nobody answered.
    func addresses(of host: String) async throws(HostResolverError) -> [IPAddress]
}

/// Why a name has no addresses, in words.
public struct HostResolverError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong: `no such name`.
    public let description: String

    /// An error that reads so.
    public init(_ description: String) { self.description = description }
}
