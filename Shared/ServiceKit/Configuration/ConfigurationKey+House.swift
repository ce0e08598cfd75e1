/// The keys that every service understands.
extension ConfigurationKey {
    /// `local` on one machine and in tests; stricter elsewhere.
    public static let environment = optional(
        "environment",
        .choice(["local", "staging", "production"]),
        default: "production",
        "Where this runs. Only `local` accepts default secrets, crash points and a clock of the devnet."
    )
    /// `BUSBAR_CONFIG_FILE`, from the environment only: a file cannot name another.
    public static let configFile = optional(
        "config.file",
        .file,
        "A JSON file with the same keys as nested objects; the environment wins over it."
    )

    /// `BUSBAR_LOG_LEVEL`: names of swift-log's levels.
    public static let logLevel = optional(
        "log.level",
        .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        default: "info",
        "The least level that is written."
    )
    /// `BUSBAR_LOG_FORMAT`: without default here, because it depends on where the output goes.
    public static let logFormat = optional(
        "log.format",
        .choice(["json", "text"]),
        "JSON lines or text; text by default on a terminal, else JSON."
    )

    /// `BUSBAR_ADMIN_PORT`: a port that cannot be opened ends the start with 69.
    public static let adminPort = optional(
        "admin.port",
        .integer(0...65_535),
        default: "0",
        "Port of `/livez`, `/readyz` and `/metrics`; 0 takes a free one and logs it."
    )
    /// `BUSBAR_ADMIN_HOST`: without TLS or login, so for an inner network only.
    public static let adminHost = optional("admin.host", .text, default: "0.0.0.0", "Address of the admin port.")

    /// `BUSBAR_BROKER_HOSTS`: ``MessagingConfiguration/hosts``; the port is 5672 where none is given, 5671 with TLS.
    public static let brokerHosts = optional(
        "broker.hosts",
        .list,
        default: "127.0.0.1:5672",
        "Brokers as `host:port`, tried in turn."
    )
    /// `BUSBAR_BROKER_USER`: ``MessagingConfiguration/user``. RabbitMQ lets `guest` in from its own machine only.
    public static let brokerUser = optional("broker.user", .text, default: "guest", "User of the broker.")
    /// `BUSBAR_BROKER_PASSWORD`: its default is refused outside the local stack.
    public static let brokerPassword = secret("broker.password", default: "guest", "Password of the broker's user.")
    /// `BUSBAR_BROKER_VHOST`: ``MessagingConfiguration/vhost``, the same for the whole house.
    public static let brokerVhost = optional("broker.vhost", .text, default: "busbar", "Virtual host.")
    /// `BUSBAR_BROKER_TLS`: version 1.2 or later, always with the broker's certificate and name checked.
    public static let brokerTLS = optional("broker.tls", .flag, default: "false", "Whether to speak TLS to the broker.")
    /// `BUSBAR_BROKER_CA_FILE`: used with TLS; without it the system's authorities are.
    public static let brokerCAFile = optional(
        "broker.ca_file",
        .file,
        "Certificates (PEM) that the broker's is checked against."
    )
    /// `BUSBAR_BROKER_HEARTBEAT`: ``MessagingConfiguration/heartbeat``, whole seconds to the broker; less than one is refused.
    public static let brokerHeartbeat = optional(
        "broker.heartbeat",
        .duration,
        default: "10s",
        "AMQP heartbeat; a silent broker is given up after two."
    )

    /// `BUSBAR_DATABASE_HOSTS`: a path begins with `/` and means a Unix socket.
    public static let databaseHosts = optional(
        "database.hosts",
        .list,
        default: "127.0.0.1:5432",
        "Database servers as `host:port` or `socket directory:port`; the one that can be written to is used."
    )
    /// `BUSBAR_DATABASE_NAME`: one database for the house, a schema per owner (DESIGN 4).
    public static let databaseName = optional("database.name", .text, default: "busbar", "Database.")
    /// `BUSBAR_DATABASE_USER`: each owner has a login role that writes its own schema alone (DESIGN 4).
    public static let databaseUser = optional("database.user", .text, default: "busbar", "Role of this service.")
    /// `BUSBAR_DATABASE_PASSWORD`: without one the server has to trust the role some other way.
    public static let databasePassword = secret("database.password", "Password of the role.")
    /// `BUSBAR_DATABASE_POOL_SIZE`: this process's part of the connection budget (DESIGN 6).
    public static let databasePoolSize = optional(
        "database.pool_size",
        .integer(1...100),
        default: "10",
        "Most connections of this process. The sum over all processes stays below the server's limit."
    )
    /// `BUSBAR_DATABASE_TLS`: `prefer` checks no certificate; `verify-full` needs ``databaseCAFile``.
    public static let databaseTLS = optional(
        "database.tls",
        .choice(["disable", "prefer", "verify-full"]),
        default: "prefer",
        "libpq's `sslmode`."
    )
    /// `BUSBAR_DATABASE_CA_FILE`: read with `verify-full` only.
    public static let databaseCAFile = optional(
        "database.ca_file",
        .file,
        "Certificates (PEM) that the server's is checked against."
    )

    /// `BUSBAR_TRON_NODES`: base addresses, without `/wallet`.
    public static let tronNodes = optional(
        "tron.nodes",
        .list,
        default: "http://127.0.0.1:8090",
        "Full nodes' HTTP addresses, best first."
    )
    /// `BUSBAR_TRON_API_KEY`: none for nodes of our own.
    public static let tronAPIKey = secret("tron.api_key", "Key of the node provider, sent as `TRON-PRO-API-KEY`.")
    /// `BUSBAR_TRON_USDT_CONTRACT`: base58; by default the contract of the main network.
    public static let tronUSDTContract = optional(
        "tron.usdt_contract",
        .text,
        default: "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "Address of the USDT contract."
    )

    /// `BUSBAR_CLOCK_URL`: without it domain time is the machine's.
    public static let clockURL = optional(
        "clock.url",
        .url,
        "The devnet whose time is followed (`GET <url>/devnet/time`); `local` only."
    )
    /// `BUSBAR_CRASH_AT`: a ``CrashPoint`` by its name, for tests of recovery.
    public static let crashAt = optional(
        "crash.at",
        .text,
        "Ends the process with SIGKILL at a crash point, `name:n` at its n-th pass; `local` only."
    )

    /// All of them, in the order of the table.
    public static let house: [ConfigurationKey] = [
        environment, configFile, logLevel, logFormat, adminPort, adminHost, brokerHosts, brokerUser, brokerPassword,
        brokerVhost, brokerTLS, brokerCAFile, brokerHeartbeat, databaseHosts, databaseName, databaseUser,
        databasePassword, databasePoolSize, databaseTLS, databaseCAFile, tronNodes, tronAPIKey, tronUSDTContract,
        clockURL, crashAt,
    ]

    /// Sections that belong to one service each. A variable of another service's section is that service's to check, so
    /// that one environment can serve the whole house.
    public static let serviceSections: Set<String> = [
        "allocator", "queue", "monitor", "notifier", "price", "treasurer", "gateway", "devnet", "suppliers",
        "signer", "purchasing", "test",
    ]
}
