/// How to reach the broker, and how long to wait for it.
public struct MessagingConfiguration: Sendable {
    /// One node of the broker.
    public struct Host: Sendable, Hashable, CustomStringConvertible {
        /// DNS name or address; with TLS, what the broker's certificate is checked against.
        public var name: String
        /// TCP port: 5672 by default, also with TLS, for which brokers usually listen on 5671.
        public var port: Int

        /// Resolves and checks nothing: a wrong name shows when it is connected to.
        public init(_ name: String, port: Int = 5672) {
            self.name = name
            self.port = port
        }

        /// `name:port`, as logs and errors show it.
        public var description: String { "\(name):\(port)" }
    }

    /// Tried in turn; after the last one the client waits before it begins again.
    public var hosts: [Host]
    /// Where everything of one house lives; ``MessagingError/Code/vhostRefused`` when the user may not enter it.
    public var vhost: String
    /// The broker's user; the only `user_id` that messages published here may carry.
    public var user: String
    /// Sent at login, readable on the wire without ``tls``; never part of ``description``.
    public var password: String
    /// `nil` speaks plain TCP.
    public var tls: TLSConfiguration?
    /// Shown by the broker's tools; `-publish` or `-consume` is added.
    public var connectionName: String
    /// Silence after which either side gives the connection up, twice this long at most. Whole seconds; below 5 s the
    /// broker's documentation warns of false alarms.
    public var heartbeat: Duration = .seconds(10)
    /// The longest wait for the broker's answer to one request (declare, open a channel, consume).
    public var rpcTimeout: Duration = .seconds(5)
    /// The longest wait for a connection to be made, and again for the login.
    public var handshakeTimeout: Duration = .seconds(3)
    /// Messages on the wire without a confirm. More than 400 makes publishing slower to answer, not faster.
    public var publishWindow: Int = 300
    /// How long ``MessagingClient/publish(_:timeout:)`` waits when it is not told.
    public var publishTimeout: Duration = .seconds(15)
    /// Larger bodies are refused before anything is sent. Bytes.
    public var maximumMessageSize: Int = 64 * 1024
    /// The first wait before a reconnect; it doubles up to ``maximumBackoff``, each with full jitter.
    public var minimumBackoff: Duration = .milliseconds(200)
    /// The longest wait before a reconnect, so that we work again within 5 s of the broker's return (DESIGN 6).
    public var maximumBackoff: Duration = .seconds(2)
    /// On a graceful stop: how long handlers may take to settle what they hold.
    public var drainTimeout: Duration = .seconds(5)
    /// On a graceful stop, after draining: how long to wait for outstanding confirms.
    public var flushTimeout: Duration = .seconds(2)

    /// The waits and sizes keep their defaults; nothing is checked or connected here.
    public init(
        hosts: [Host],
        vhost: String,
        user: String,
        password: String,
        tls: TLSConfiguration? = nil,
        connectionName: String = "busbar"
    ) {
        self.hosts = hosts
        self.vhost = vhost
        self.user = user
        self.password = password
        self.tls = tls
        self.connectionName = connectionName
    }
}

extension MessagingConfiguration: CustomStringConvertible {
    /// Without the password.
    public var description: String {
        let scheme = tls == nil ? "amqp" : "amqps"
        return "\(scheme)://\(user)@\(hosts.map(\.description).joined(separator: ","))/\(vhost)"
    }
}

/// TLS towards the broker, version 1.2 or later. The broker's certificate and its host name are always checked.
public struct TLSConfiguration: Sendable {
    /// The certificate authorities to trust, PEM. The library has no default: the system's own are usually in
    /// `/etc/ssl/certs/ca-certificates.crt`.
    public var certificateAuthorityFile: String
    /// Off only for a host that is reached by an address its certificate does not name.
    public var verifiesHostname: Bool
    /// A client certificate and its key, PEM, where the broker asks for one.
    public var clientCertificate: (certificateFile: String, keyFile: String)?

    /// Reads no file: an unreadable one shows at connecting, as ``MessagingError/Code/tlsFailed``.
    public init(certificateAuthorityFile: String, verifiesHostname: Bool = true) {
        self.certificateAuthorityFile = certificateAuthorityFile
        self.verifiesHostname = verifiesHostname
    }
}
