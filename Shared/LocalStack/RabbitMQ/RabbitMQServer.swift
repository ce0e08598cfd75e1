internal import Glibc

/// A private RabbitMQ node on the loopback interface, with its own name server (epmd) on its own port.
///
/// It ends with ``stop()``, and at the latest when this process ends, however that happens.
public actor RabbitMQServer {
    /// Where it listens.
    public nonisolated let host = "127.0.0.1"
    /// The AMQP port; the same after a ``restart()``.
    public nonisolated let port: Int
    /// The administrator's name.
    public nonisolated let user: String
    /// The administrator's password.
    public nonisolated let password: String
    /// Its data, configuration and log.
    public nonisolated let directory: ServerDirectory
    /// The log file.
    public nonisolated var log: String { files.log }

    private nonisolated let files: RabbitMQFiles
    private nonisolated let installation: RabbitMQInstallation
    private nonisolated let settings: RabbitMQSettings
    private let ports: Ports
    private var epmd: ChildProcess
    private var process: ChildProcess
    private var control: RabbitMQControl?

    private struct Ports: Sendable {
        let epmd: Int
        let distribution: Int
    }

    /// Starts a broker and waits until it accepts connections.
    ///
    /// - Parameter directory: where its data lives; nil means a temporary directory.
    /// - Throws: ``LocalStackError``.
    public static func start(
        directory: ServerDirectory? = nil,
        settings: RabbitMQSettings = RabbitMQSettings()
    ) async throws -> RabbitMQServer {
        let installation = try RabbitMQInstallation.find()
        let directory = try directory ?? ServerDirectory.temporary()
        var attempt = 1
        while true {
            do {
                return try await open(installation, directory, settings)
            } catch let error as LocalStackError where error.code == .ended && attempt < 3 {
                // Another process may have taken a port since it was found free.
                attempt += 1
            }
        }
    }

    /// Starts a broker whose data lives in `directory` and stays there.
    public static func start(directory: String) async throws -> RabbitMQServer {
        try await start(directory: .lasting(directory))
    }

    // An actor's initializer that is async and throws crashes the compiler when it optimizes (Swift 6.3.1): everything
    // that can fail or wait happens in `open`.
    private init(
        _ installation: RabbitMQInstallation,
        _ directory: ServerDirectory,
        _ settings: RabbitMQSettings,
        _ files: RabbitMQFiles,
        port: Int,
        _ ports: Ports,
        epmd: ChildProcess,
        _ process: ChildProcess
    ) {
        self.installation = installation
        self.directory = directory
        self.settings = settings
        self.files = files
        self.port = port
        self.ports = ports
        self.epmd = epmd
        self.process = process
        user = settings.user
        password = settings.password
    }

    private static func open(
        _ installation: RabbitMQInstallation,
        _ directory: ServerDirectory,
        _ settings: RabbitMQSettings
    ) async throws -> RabbitMQServer {
        let files = RabbitMQFiles(path: directory.path + "/rabbitmq")
        let port = try FreePort.find(preferring: settings.preferredPort)
        let ports = Ports(epmd: try FreePort.find(), distribution: try FreePort.find())
        try files.prepare(settings, port: port)
        let environment = files.environment(
            epmdPort: ports.epmd,
            distributionPort: ports.distribution,
            schedulers: settings.schedulers
        )
        let epmd = try await startNameServer(installation, files, port: ports.epmd)
        let process: ChildProcess
        do {
            process = try launch(installation, files, environment).start(
                ward: directory.isTemporary ? .kill : .terminate
            )
        } catch {
            await epmd.stop(grace: .zero)
            throw error
        }
        let server = RabbitMQServer(
            installation,
            directory,
            settings,
            files,
            port: port,
            ports,
            epmd: epmd,
            process
        )
        do {
            try await server.waitUntilListening()
        } catch {
            await process.stop(signal: SIGKILL, grace: .seconds(5))
            await epmd.stop(signal: SIGKILL, grace: .seconds(5))
            throw error
        }
        try Files.write("\(ports.epmd) \(ports.distribution)\n", to: files.accessFile)
        return server
    }

    /// The broker's process.
    public var pid: Int32 { process.pid }

    /// The name server's process.
    public var epmdPid: Int32 { epmd.pid }

    /// Whether the broker's process runs (a frozen one does).
    public var isRunning: Bool { process.isRunning }

    /// Waits until the broker's process ends.
    /// - Throws: `CancellationError`.
    public nonisolated func waitForEnd() async throws -> ProcessEnd { try await process.waitForEnd() }

    /// Runs `rabbitmqctl`: complete, but half a second of processor time for each call.
    ///
    /// - Returns: what it wrote.
    /// - Throws: ``LocalStackError`` with code `refused` when it failed.
    @discardableResult
    public func ctl(_ arguments: [String]) async throws -> String {
        try await RabbitMQAccess(installation, files).ctl(arguments)
    }

    /// The quick way to administer the broker: a connection that is made once and answers in milliseconds.
    public func controlled() async throws -> RabbitMQControl {
        if let control, control.isOpen { return control }
        let opened = try RabbitMQAccess(installation, files).control()
        control = opened
        return opened
    }

    /// Ends the broker at once, as a crash or a power cut of the machine's process would; its data stays.
    public func kill() async {
        await process.stop(signal: SIGKILL, grace: .seconds(10))
    }

    /// Starts the broker again with the same data and port, stopping it in good order first when it runs.
    public func restart() async throws {
        await process.stop(grace: .seconds(8))
        control?.close()
        control = nil
        if !epmd.isRunning { epmd = try await Self.startNameServer(installation, files, port: ports.epmd) }
        process = try Self.launch(installation, files, environment).start(
            ward: directory.isTemporary ? .kill : .terminate
        )
        try await waitUntilListening()
    }

    /// Stops the broker's process from running, with its sockets open: a peer that has become silent.
    public func freeze() async { await process.freeze() }

    /// Lets a frozen broker go on.
    public func thaw() { process.signal(SIGCONT) }

    /// Ends the broker in good order and its name server after it; removes a temporary directory.
    public func stop() async {
        control?.close()
        control = nil
        await process.stop(signal: directory.isTemporary ? SIGKILL : SIGTERM, grace: .seconds(6))
        await epmd.stop(signal: SIGKILL, grace: .seconds(2))
        await directory.discard()
    }

    private var environment: [String: String] {
        files.environment(
            epmdPort: ports.epmd,
            distributionPort: ports.distribution,
            schedulers: settings.schedulers
        )
    }

    private func waitUntilListening() async throws {
        let port = port
        // The broker opens its listeners as the last step of its start.
        try await waitUntilReady(process, called: "RabbitMQ", log: files.log, limit: settings.startLimit) {
            FreePort.isOpen(port)
        }
    }

    private static func launch(
        _ installation: RabbitMQInstallation,
        _ files: RabbitMQFiles,
        _ environment: [String: String]
    ) -> Launch {
        Launch(installation.server, environment: environment, directory: files.path).logging(to: files.log)
    }

    private static func startNameServer(
        _ installation: RabbitMQInstallation,
        _ files: RabbitMQFiles,
        port: Int
    ) async throws -> ChildProcess {
        let launch = Launch(installation.epmd, ["-port", String(port), "-address", "127.0.0.1"], directory: files.path)
        let process = try launch.logging(to: files.path + "/epmd.log").start(ward: .kill)
        do {
            try await waitUntilReady(process, called: "epmd", log: files.path + "/epmd.log", limit: .seconds(30)) {
                FreePort.isOpen(port)
            }
        } catch {
            await process.stop(signal: SIGKILL, grace: .seconds(2))
            throw error
        }
        return process
    }
}
