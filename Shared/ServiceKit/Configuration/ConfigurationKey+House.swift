/// The keys that every service understands.
extension ConfigurationKey {
    /// `local` on one machine and in tests; stricter elsewhere.
    public static let environment = optional(
        "environment",
        .choice(["local", "staging", "production"]),
        default: "production",
        "Where this runs. Only `local` accepts default secrets, crash points and a clock of the devnet."
    )
    public static let configFile = optional(
        "config.file",
        .file,
        "A JSON file with the same keys as nested objects; the environment wins over it."
    )

    public static let logLevel = optional(
        "log.level",
        .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        default: "info",
        "The least level that is written."
    )
    public static let logFormat = optional(
        "log.format",
        .choice(["json", "text"]),
        "JSON lines or text; text by default on a terminal, else JSON."
    )

    public static let adminPort = optional(
        "admin.port",
        .integer(0...65_535),
        default: "0",
        "Port of `/livez`, `/readyz` and `/metrics`; 0 takes a free one and logs it."
    )
    public static let adminHost = optional("admin.host", .text, default: "0.0.0.0", "Address of the admin port.")

    public static let brokerHosts = optional(
        "broker.hosts",
        .list,
        default: "127.0.0.1:5672",
        "Brokers as `host:port`, tried in turn."
    )
    public static let brokerUser = optional("broker.user", .text, default: "guest", "User of the broker.")
    public static let brokerPassword = secret("broker.password", default: "guest", "Password of the broker's user.")
    public static let brokerVhost = optional("broker.vhost", .text, default: "busbar", "Virtual host.")
    public static let brokerTLS = optional("broker.tls", .flag, default: "false", "Whether to speak TLS to the broker.")
    public static let brokerCAFile = optional(
        "broker.ca_file",
        .file,
        "Certificates (PEM) that the broker's is checked against."
    )
    public static let brokerHeartbeat = optional(
        "broker.heartbeat",
        .duration,
        default: "10s",
        "AMQP heartbeat; a silent broker is given up after two."
    )

    public static let databaseHosts = optional(
        "database.hosts",
        .list,
        default: "127.0.0.1:5432",
        "Database servers as `host:port` or `socket directory:port`; the one that can be written to is used."
    )
    public static let databaseName = optional("database.name", .text, default: "busbar", "Database.")
    public static let databaseUser = optional("database.user", .text, default: "busbar", "Role of this service.")
    public static let databasePassword = secret("database.password", "Password of the role.")
    public static let databasePoolSize = optional(
        "database.pool_size",
        .integer(1...100),
        default: "10",
        "Most connections of this process. The sum over all processes stays below the server's limit."
    )
    public static let databaseTLS = optional(
        "database.tls",
        .choice(["disable", "prefer", "verify-full"]),
        default: "prefer",
        "libpq's `sslmode`."
    )
    public static let databaseCAFile = optional(
        "database.ca_file",
        .file,
        "Certificates (PEM) that the server's is checked against."
    )

    public static let tronNodes = optional(
        "tron.nodes",
        .list,
        default: "http://127.0.0.1:8090",
        "Full nodes' HTTP addresses, best first."
    )
    public static let tronAPIKey = secret("tron.api_key", "Key of the node provider, sent as `TRON-PRO-API-KEY`.")
    public static let tronUSDTContract = optional(
        "tron.usdt_contract",
        .text,
        default: "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "Address of the USDT contract."
    )

    public static let clockURL = optional(
        "clock.url",
        .url,
        "The devnet whose time is followed (`GET <url>/devnet/time`); `local` only."
    )
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
        "allocator", "queue", "monitor", "notifier", "prices", "treasurer", "gateway", "devnet", "suppliers",
        "signer", "test",
    ]
}
