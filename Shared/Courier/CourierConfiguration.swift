public import Webhooks

/// What a ``Courier`` may do, and how long it waits.
public struct CourierConfiguration: Sendable {
    /// Which addresses webhooks may be sent to.
    public var policy: AddressPolicy
    /// Finds the addresses of names, the mail relay's included.
    public var resolver: any HostResolver
    /// Where mail is handed over; `nil` sends none.
    public var relay: SMTPRelay?
    /// Certificate authorities to trust beside the system's, PEM. There is no way to trust everybody.
    public var certificateAuthorityFile: String?
    /// The longest wait for a name's addresses.
    public var resolveTimeout: Duration = .seconds(5)
    /// The longest wait for a connection, TLS included.
    public var connectTimeout: Duration = .seconds(5)
    /// Requests and mails under way at once; more are refused with ``CourierFailure/Code/overloaded``.
    public var maximumTransfers: Int = 4096
    /// Connections kept open for the next request to the same host and address.
    public var maximumIdleConnections: Int = 1024
    /// How long a connection is kept open without a request.
    public var idleTime: Duration = .seconds(50)

    /// The waits and limits keep their defaults; nothing is checked here.
    public init(
        policy: AddressPolicy,
        resolver: any HostResolver = SystemResolver(),
        relay: SMTPRelay? = nil,
        certificateAuthorityFile: String? = nil
    ) {
        self.policy = policy
        self.resolver = resolver
        self.relay = relay
        self.certificateAuthorityFile = certificateAuthorityFile
    }
}
