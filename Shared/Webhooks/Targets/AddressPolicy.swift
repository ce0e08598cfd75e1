/// Which addresses a webhook may be sent to: those of the open Internet, and the networks that operations allow by name.
///
/// A partner chooses where its webhooks go, so a name of theirs must never lead into our own networks (SSRF). Whoever
/// connects asks for every address that a name resolves to, and connects to an address that was judged.
public struct AddressPolicy: Sendable, Hashable {
    /// Networks that are allowed though they are not of the open Internet: `127.0.0.1/32` on a local stack.
    public let allowed: [CIDR]

    /// A policy that refuses all special-purpose addresses but the allowed ones. Link-local and metadata addresses stay
    /// refused whatever is allowed.
    public init(allowed: [CIDR] = []) { self.allowed = allowed }

    /// Why nothing may be sent there; `nil` when it may.
    ///
    /// An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4, Teredo …) must pass itself, and what it carries
    /// must pass too.
    /// - Parameter scheme: http is refused outside the allowed networks.
    public func verdict(_ address: IPAddress, for scheme: TargetURL.Scheme = .https) -> Refusal? {
        for carried in address.embedded {
            if let range = specialRange(of: carried) { return Refusal(address, .range(range, carried: carried)) }
        }
        if let range = specialRange(of: address) { return Refusal(address, .range(range, carried: nil)) }
        if scheme == .http, !allows(address) { return Refusal(address, .plainHTTP) }
        return nil
    }

    /// Whether the address is in one of the allowed networks. What they answer is not for partners' eyes.
    public func allows(_ address: IPAddress) -> Bool {
        SpecialRange.containing(address)?.isNever != true && allowed.contains { $0.contains(address) }
    }

    private func specialRange(of address: IPAddress) -> SpecialRange? {
        guard let range = SpecialRange.containing(address), !allows(address) else { return nil }
        return range
    }
}

/// Why an address is refused.
public struct Refusal: Error, Sendable, CustomStringConvertible {
    enum Reason: Sendable {
        case range(SpecialRange, carried: IPAddress?)
        case plainHTTP
    }

    /// The address that was asked for.
    public let address: IPAddress
    private let reason: Reason

    init(_ address: IPAddress, _ reason: Reason) {
        self.address = address
        self.reason = reason
    }

    /// Whether an allow-list could open it.
    public var canBeAllowed: Bool {
        switch reason {
        case .range(let range, _): !range.isNever
        case .plainHTTP: true
        }
    }

    /// `10.1.2.3 is private (10.0.0.0/8)`
    public var description: String {
        switch reason {
        case .range(let range, nil): "\(address) is \(range.meaning) (\(range.block))"
        case .range(let range, let carried?):
            "\(address) leads to \(carried), which is \(range.meaning) (\(range.block))"
        case .plainHTTP: "\(address) is not in an allowed network, and http goes nowhere else: use https"
        }
    }
}
