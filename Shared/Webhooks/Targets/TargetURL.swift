/// Where a webhook goes: an absolute http or https URL of which nothing is left to interpret.
///
/// Programs disagree about unusual URLs, and what one checks another may read differently. So a target is read by
/// strict rules, anything unusual is refused, and what is sent out is written anew from the parts read here.
public struct TargetURL: Sendable, Hashable {
    /// How it is spoken to.
    public enum Scheme: String, Sendable {
        /// Without encryption: only within allowed networks.
        case http
        /// With TLS, whose certificate is always checked.
        case https

        /// The port where the URL names none.
        public var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    /// Whom it is spoken to.
    public enum Host: Sendable, Hashable, CustomStringConvertible {
        /// A DNS name in lower case, without dot at its end.
        case name(String)
        /// An address.
        case address(IPAddress)

        /// As in a URL: IPv6 in brackets.
        public var description: String {
            switch self {
            case .name(let name): name
            case .address(let address): address.family == .v6 ? "[\(address)]" : address.description
            }
        }
    }

    /// The longest URL that is accepted. Bytes.
    public static let maximumLength = 2048

    /// http or https.
    public let scheme: Scheme
    /// Name or address.
    public let host: Host
    /// 1…65535.
    public let port: UInt16
    /// What is asked for, as it stands in the request: `/hooks?token=…`, at least `/`.
    public let path: String

    /// Reads and checks a URL. An address in it is judged at once; what a name resolves to, whoever connects has to judge
    /// each time.
    ///
    /// - Parameter policy: http is accepted only where it allows a network at all.
    /// - Throws: what is wrong and what to write instead.
    public init(_ text: String, policy: AddressPolicy) throws(TargetURLError) {
        let parts = try TargetURLParts(text)
        let host = try parts.readHost()
        switch host {
        case .address(let address):
            if let refusal = policy.verdict(address, for: parts.scheme) { throw .refusedAddress(refusal) }
        case .name(let name):
            if parts.scheme == .http, policy.allowed.isEmpty { throw .plainHTTP }
            // RFC 6761: such names are this machine, whatever a resolver says.
            if name == "localhost" || name.hasSuffix(".localhost") {
                let loopback = [IPAddress(v4: 0x7F00_0001), IPAddress(v6: 1)]
                let refusals = loopback.compactMap { policy.verdict($0, for: parts.scheme) }
                if refusals.count == loopback.count { throw .refusedAddress(refusals[0]) }
            }
        }
        scheme = parts.scheme
        self.host = host
        port = try parts.readPort() ?? parts.scheme.defaultPort
        path = try parts.readPath()
    }

    /// The whole URL, secrets in path and query included: for the wire, not for logs.
    public var text: String { origin + path }

    /// Scheme, host and port: for logs. Chat services have their secrets in the path.
    public var origin: String {
        "\(scheme.rawValue)://\(authority)"
    }

    /// Without the query, in which tokens may stand: for people who may know where the webhook goes.
    public var shown: String { origin + path.prefix { $0 != "?" } }

    /// Host, and the port where it is not the scheme's own.
    var authority: String { port == scheme.defaultPort ? "\(host)" : "\(host):\(port)" }
}

extension TargetURL: CustomStringConvertible {
    /// ``origin``: a target that slips into a log shows no secret.
    public var description: String { origin }
}
