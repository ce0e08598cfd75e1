/// How a private broker is set up.
public struct RabbitMQSettings: Sendable {
    /// The AMQP port: taken when free, else another; nil means any.
    public var preferredPort: Int?
    /// The administrator that is made at the first start of a directory.
    public var user: String
    /// Its password; used at the first start only, so keep it with a lasting directory.
    public var password: String
    /// Erlang schedulers: threads that run the broker.
    public var schedulers: Int
    /// Further lines of `rabbitmq.conf`.
    public var configuration: [String]
    /// How long a start may take.
    public var startLimit: Duration

    /// Settings fit for a small machine.
    public init(
        preferredPort: Int? = nil,
        user: String = "busbar",
        password: String = Secret.random(),
        schedulers: Int = 2,
        configuration: [String] = [],
        startLimit: Duration = .seconds(90)
    ) {
        self.preferredPort = preferredPort
        self.user = user
        self.password = password
        self.schedulers = schedulers
        self.configuration = configuration
        self.startLimit = startLimit
    }

    /// The text of `rabbitmq.conf`.
    func file(port: Int) -> String {
        ([
            "listeners.tcp.1 = 127.0.0.1:\(port)",
            "default_user = \(user)",
            "default_pass = \(password)",
            "default_vhost = /",
            "default_user_tags.administrator = true",
            // Replays what others have sent in their names.
            "default_user_tags.impersonator = true",
            // As on a production broker: what is larger is refused before it is stored.
            "max_message_size = 1048576",
            "vm_memory_high_watermark.relative = 0.25",
            "disk_free_limit.absolute = 100MB",
            "raft.wal_max_size_bytes = 134217728",
            "log.console = true",
            "log.console.level = info",
            "log.file = false",
        ] + configuration).joined(separator: "\n") + "\n"
    }
}
