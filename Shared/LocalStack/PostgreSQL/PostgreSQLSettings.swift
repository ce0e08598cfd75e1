/// How a private database server is set up.
public struct PostgreSQLSettings: Sendable {
    /// The TCP port: taken when free, else another; nil means any.
    public var preferredPort: Int?
    /// The superuser's password; set at every start.
    public var password: String
    /// How many connections are accepted.
    public var maxConnections: Int
    /// Memory for the page cache of the server.
    public var sharedBuffers: String
    /// How long a start may take, recovery after a crash included.
    public var startLimit: Duration

    /// Settings fit for a small machine. Durability is never switched off.
    public init(
        preferredPort: Int? = nil,
        password: String = Secret.random(),
        maxConnections: Int = 100,
        sharedBuffers: String = "128MB",
        startLimit: Duration = .seconds(60)
    ) {
        self.preferredPort = preferredPort
        self.password = password
        self.maxConnections = maxConnections
        self.sharedBuffers = sharedBuffers
        self.startLimit = startLimit
    }

    /// The text of the configuration file, which replaces PostgreSQL's own.
    var file: String {
        """
        fsync = on
        synchronous_commit = on
        full_page_writes = on
        max_connections = \(maxConnections)
        shared_buffers = \(sharedBuffers)
        huge_pages = off
        max_wal_size = 1GB
        min_wal_size = 80MB
        wal_buffers = 8MB
        checkpoint_timeout = 15min
        max_parallel_workers_per_gather = 0
        jit = off
        autovacuum_naptime = 10s
        password_encryption = scram-sha-256
        timezone = 'UTC'
        log_timezone = 'UTC'
        datestyle = 'iso, ymd'
        lc_messages = 'C.UTF-8'
        log_line_prefix = '%m [%p] %q%u@%d '
        log_lock_waits = on
        logging_collector = off

        """
    }
}
