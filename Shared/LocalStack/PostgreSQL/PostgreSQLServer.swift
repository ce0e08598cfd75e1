internal import Glibc

/// A private PostgreSQL cluster on the loopback interface and a socket of its own.
///
/// It ends with ``stop()``, and at the latest when this process ends, however that happens. When this process is root,
/// PostgreSQL, which refuses root, is run by the system user `postgres` (or `nobody`).
public actor PostgreSQLServer {
    /// Where it listens over TCP.
    public nonisolated let host = "127.0.0.1"
    /// The port; the same after a ``restart()``.
    public nonisolated let port: Int
    /// The folder of its Unix socket, short enough for the kernel's limit of 107 bytes.
    public nonisolated let socketDirectory: String
    /// The administrator's name.
    public nonisolated let superuser = PostgreSQLCluster.superuser
    /// The administrator's password.
    public nonisolated let password: String
    /// Its data and log.
    public nonisolated let directory: ServerDirectory
    /// The log file.
    public nonisolated var log: String { cluster.log }

    private nonisolated let cluster: PostgreSQLCluster
    private nonisolated let settings: PostgreSQLSettings
    private let sockets: ServerDirectory?
    private var process: ChildProcess
    private var frozen: [Int32] = []

    /// Starts a database server and waits until it accepts connections.
    ///
    /// - Parameter directory: where its data lives; nil means a temporary directory.
    /// - Throws: ``LocalStackError``.
    public static func start(
        directory: ServerDirectory? = nil,
        settings: PostgreSQLSettings = PostgreSQLSettings()
    ) async throws -> PostgreSQLServer {
        let installation = try await PostgreSQLInstallation.find()
        let owner = try SystemUser.forPostgreSQL()
        let directory = try directory ?? ServerDirectory.temporary()
        let cluster = PostgreSQLCluster(
            installation: installation,
            owner: owner,
            path: directory.path + "/postgresql"
        )
        try await cluster.prepare(settings)
        var attempt = 1
        while true {
            do {
                return try await open(cluster, directory, settings)
            } catch let error as LocalStackError where error.code == .ended && attempt < 3 {
                // Another process may have taken the port since it was found free.
                attempt += 1
            }
        }
    }

    /// Starts a database server whose data lives in `directory` and stays there.
    public static func start(directory: String) async throws -> PostgreSQLServer {
        try await start(directory: .lasting(directory))
    }

    // Not async and throwing, for the sake of the compiler: see RabbitMQServer.
    private init(
        _ cluster: PostgreSQLCluster,
        _ directory: ServerDirectory,
        _ settings: PostgreSQLSettings,
        port: Int,
        socketDirectory: String,
        _ sockets: ServerDirectory?,
        _ process: ChildProcess
    ) {
        self.cluster = cluster
        self.directory = directory
        self.settings = settings
        self.port = port
        self.socketDirectory = socketDirectory
        self.sockets = sockets
        self.process = process
        password = settings.password
    }

    private static func open(
        _ cluster: PostgreSQLCluster,
        _ directory: ServerDirectory,
        _ settings: PostgreSQLSettings
    ) async throws -> PostgreSQLServer {
        let port = try FreePort.find(preferring: settings.preferredPort)
        let near = cluster.path + "/socket"
        var sockets: ServerDirectory?
        var socketDirectory = near
        if (near + "/.s.PGSQL.65535").utf8.count <= 107 {
            try Files.makeDirectory(near)
        } else {
            let far = ServerDirectory(path: try Files.makeUniqueDirectory("/tmp/busbar-"), isTemporary: true)
            try Guardian.shared.get().sweep(directory: far.path)
            sockets = far
            socketDirectory = far.path
        }
        if let owner = cluster.owner { try Files.give(socketDirectory, to: owner) }
        let process = try launch(cluster, port: port, sockets: socketDirectory).start(ward: .quit)
        let server = PostgreSQLServer(
            cluster,
            directory,
            settings,
            port: port,
            socketDirectory: socketDirectory,
            sockets,
            process
        )
        do {
            try await server.waitUntilReady()
        } catch {
            await process.stop(signal: SIGQUIT, grace: .seconds(5))
            await sockets?.discard()
            throw error
        }
        return server
    }

    /// The server's first process (the postmaster).
    public var pid: Int32 { process.pid }

    /// Whether the server runs (a frozen one does).
    public var isRunning: Bool { process.isRunning }

    /// Waits until the server's process ends.
    /// - Throws: `CancellationError`.
    public nonisolated func waitForEnd() async throws -> ProcessEnd { try await process.waitForEnd() }

    /// Runs statements through `psql` as the administrator, each in a transaction of its own.
    ///
    /// - Returns: the rows, one a line, columns separated by `|`.
    /// - Throws: ``LocalStackError`` with code `refused` and the server's message.
    @discardableResult
    public func sql(_ statements: String..., database: String = "postgres") async throws -> String {
        let access = PostgreSQLAccess(
            host: socketDirectory,
            port: port,
            user: superuser,
            password: password,
            database: database
        )
        return try await access.sql(statements)
    }

    /// Makes an empty database unless there is one of this name.
    public func makeDatabase(_ name: String) async throws {
        let found = try await sql("SELECT 1 FROM pg_database WHERE datname = '\(name)'")
        if found.isEmpty { try await sql("CREATE DATABASE \(name)") }
    }

    /// Ends all its processes at once, as a power cut of the machine's processes would; its data stays.
    public func kill() async {
        let below = ProcessTree.descendants(of: process.pid)
        process.signal(SIGKILL)
        // Backends notice the death of the first process by themselves; frozen ones cannot.
        for pid in below { Glibc.kill(pid, SIGKILL) }
        await process.stop(signal: SIGKILL, grace: .seconds(10))
        forgetFrozen()
    }

    /// Starts the server again with the same data and port, stopping it in good order first when it runs.
    public func restart() async throws {
        await end(SIGINT)
        process = try Self.launch(cluster, port: port, sockets: socketDirectory).start(ward: .quit)
        try await waitUntilReady()
    }

    /// Stops the server and every backend from running, with their sockets open: a peer that has become silent.
    public func freeze() async {
        // First alone: what it starts until then is among its descendants.
        await process.freeze()
        for pid in ProcessTree.descendants(of: process.pid) {
            if let guardian = try? Guardian.shared.get() { guardian.adopt(pid, .kill) }
            Glibc.kill(pid, SIGSTOP)
            frozen.append(pid)
        }
        await untilStopped(frozen)
    }

    /// Lets a frozen server go on.
    public func thaw() {
        for pid in frozen { Glibc.kill(pid, SIGCONT) }
        process.signal(SIGCONT)
        forgetFrozen()
    }

    /// Ends the server in good order (clients are disconnected); removes a temporary directory.
    public func stop() async {
        await end(directory.isTemporary ? SIGQUIT : SIGINT)
        await sockets?.discard()
        await directory.discard()
    }

    private func end(_ signal: Int32) async {
        thaw()
        await process.stop(signal: signal, grace: .seconds(5))
    }

    private func forgetFrozen() {
        for pid in frozen { try? Guardian.shared.get().forget(pid) }
        frozen = []
    }

    private func waitUntilReady() async throws {
        let status = cluster.data + "/postmaster.pid"
        let pid = process.pid
        try await LocalStack.waitUntilReady(
            process,
            called: "PostgreSQL",
            log: cluster.log,
            limit: settings.startLimit
        ) {
            // The server keeps its state in the eighth line of this file.
            let lines = (Files.read(status) ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            return lines.count > 7 && lines[0] == String(pid) && lines[7].hasPrefix("ready")
        }
    }

    private static func launch(_ cluster: PostgreSQLCluster, port: Int, sockets: String) -> Launch {
        let words = [
            "-D", cluster.data, "-p", String(port), "-h", "127.0.0.1", "-k", sockets,
            "-c", "unix_socket_permissions=0700",
        ]
        return Launch(cluster.installation.program("postgres"), words, directory: "/").running(as: cluster.owner)
            .logging(to: cluster.log)
    }
}
