/// Where the database is and how patient the client is.
public struct PostgresConfiguration: Sendable {
    /// One server.
    public struct Host: Sendable, Hashable, CustomStringConvertible {
        /// Name, address, or directory of a Unix socket (begins with `/`). Addresses and sockets connect without
        /// blocking; a name is looked up on the pool's own thread and delays its other connections meanwhile.
        public var host: String
        /// 1 to 65,535; for a socket the number in its file's name, `.s.PGSQL.<port>`.
        public var port: Int

        /// Takes both as they are: libpq refuses what is wrong when it connects.
        public init(_ host: String, port: Int = 5432) {
            self.host = host
            self.port = port
        }

        /// Reads `host:port`, `[::1]:port`, `/socket/directory:port`, each also without the port.
        public init?(parsing text: String) {
            var host = text[...]
            var port = 5432
            if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]"),
                text.hasPrefix("[") || text.firstIndex(of: ":") == colon
            {
                guard let number = Int(text[text.index(after: colon)...]), (1...65_535).contains(number) else {
                    return nil
                }
                port = number
                host = text[..<colon]
            }
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            guard !host.isEmpty else { return nil }
            self.init(String(host), port: port)
        }

        /// `host:port`. An IPv6 address has no brackets here, so that ``init(parsing:)`` would not read it back.
        public var description: String { "\(host):\(port)" }
    }

    /// How a connection over TCP is protected.
    public enum TLS: Sendable, Hashable {
        /// In the clear.
        case disable
        /// Encrypts if the server can; does not know whom it talks to.
        case prefer
        /// Encrypts, and checks certificate and name against the authorities in the file (PEM).
        case verifyFull(rootCertificateFile: String)
    }

    /// The servers; the one that accepts writes is used.
    public var hosts: [Host]
    /// Name of the database on every host.
    public var database: String
    /// The login role; what it may do is decided by the server's grants.
    public var user: String
    /// With `nil` libpq looks for one itself, in `PGPASSWORD` and the password file.
    public var password: String?
    /// Shown by `pg_stat_activity`.
    public var applicationName = "busbar"
    /// For TCP only: libpq uses none on a Unix socket.
    public var tls = TLS.prefer
    /// Most connections at a time.
    public var poolSize = 8
    /// Connections kept open without work.
    public var minimumIdle = 1
    /// Time for getting a connection out of the pool.
    public var acquireTimeout = Duration.seconds(5)
    /// Time for opening one connection.
    public var connectTimeout = Duration.seconds(3)
    /// The server cancels a statement after it.
    public var statementTimeout = Duration.seconds(5)
    /// The server gives up waiting for a lock after it.
    public var lockTimeout = Duration.seconds(2)
    /// The server ends a session whose transaction does nothing for it.
    public var idleInTransactionTimeout = Duration.seconds(10)
    /// How long past ``statementTimeout`` an answer may be late before the connection is given up.
    public var responseMargin = Duration.milliseconds(1500)
    /// First pause after a failed connect; doubles up to ``maximumBackoff``, with full jitter above the half.
    public var initialBackoff = Duration.milliseconds(200)
    /// Longest pause between two rounds over all hosts while the server is away.
    public var maximumBackoff = Duration.seconds(2)
    /// Idle seconds before the kernel probes the connection.
    public var keepalivesIdle = 10
    /// How long sent bytes may stay unacknowledged by the peer's kernel.
    public var tcpUserTimeout = Duration.seconds(10)
    /// Prepared statements kept per connection.
    public var statementCacheSize = 256

    /// The rest has defaults. Without hosts every lease ends in ``PostgresError/Code/acquireTimeout``.
    public init(hosts: [Host], database: String, user: String, password: String? = nil) {
        self.hosts = hosts
        self.database = database
        self.user = user
        self.password = password
    }

    /// libpq's keywords for one of the hosts.
    func keywords(for host: Host) -> [(String, String)] {
        let options = [
            "statement_timeout=\(statementTimeout.inMilliseconds)", "lock_timeout=\(lockTimeout.inMilliseconds)",
            "idle_in_transaction_session_timeout=\(idleInTransactionTimeout.inMilliseconds)",
            "client_connection_check_interval=5000",
            // The server's own probes, so that it notices a host that vanished and frees its locks.
            "tcp_keepalives_idle=10", "tcp_keepalives_interval=3", "tcp_keepalives_count=3",
            "TimeZone=UTC", "DateStyle=ISO",
        ]
        var list = [
            ("host", host.host), ("port", String(host.port)), ("dbname", database), ("user", user),
            ("application_name", applicationName), ("client_encoding", "UTF8"),
            ("target_session_attrs", "read-write"), ("keepalives", "1"), ("keepalives_idle", String(keepalivesIdle)),
            ("keepalives_interval", "3"), ("keepalives_count", "3"),
            ("tcp_user_timeout", String(tcpUserTimeout.inMilliseconds)), ("gssencmode", "disable"),
            ("options", options.map { "-c \($0)" }.joined(separator: " ")),
        ]
        if let password { list.append(("password", password)) }
        switch tls {
        case .disable: list.append(("sslmode", "disable"))
        case .prefer: list.append(("sslmode", "prefer"))
        case .verifyFull(let file):
            list.append(("sslmode", "verify-full"))
            list.append(("sslrootcert", file))
        }
        return list
    }
}

extension Duration {
    var inMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible {
    /// Without the password.
    public var description: String {
        "\(user)@\(hosts.map(\.description).joined(separator: ","))/\(database)"
    }

    /// The same: dumps and logs do not show the password either.
    public var debugDescription: String { description }
}
