internal import Glibc
internal import LocalStack

/// Starts the parts of the local stack in order, looks after them, and ends them in reverse.
struct LocalStackController: Sendable {
    let layout: StackLayout
    let options: StackOptions
    let console: Console
    let books: StackBooks

    /// - Throws: ``StackError`` when another stack of this layout runs.
    init(_ layout: StackLayout, _ options: StackOptions, _ console: Console) throws {
        self.layout = layout
        self.options = options
        self.console = console
        try LocalFile.makeDirectory(layout.directory)
        guard try LocalFile.lock(layout.lock), let own = StackState.Process(pid: getpid()) else {
            let pid = StackState.running(layout).map { " (pid \($0.supervisor.pid))" } ?? ""
            throw StackError("the local stack already runs\(pid)", hint: "busbar down ends it, busbar status shows it")
        }
        books = StackBooks(layout, supervisor: own, console: console)
    }

    /// Runs the stack until `whileLive` returns or throws, or the task is cancelled; then ends everything.
    func run(_ whileLive: @Sendable (RunningStack) async throws -> Void) async throws {
        if !options.keepData { await LocalFile.remove(layout.logs) }
        try LocalFile.makeDirectory(layout.logs)
        let secrets = try StackSecrets.load(layout.secrets)
        let servers = try await console.step("RabbitMQ and PostgreSQL") {
            let servers = try await StackServers.start(layout, secrets, keepData: options.keepData)
            return (servers, "ports \(servers.broker.port), \(servers.database.port)")
        }
        let processes = Processes()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                await enter(servers)
                group.addTask { try await supervise(servers) }
                defer { group.cancelAll() }
                do {
                    let stack = try await startParts(servers, secrets, processes, &group)
                    await books.setLive()
                    try await whileLive(stack)
                } catch {
                    await end(processes, servers)
                    throw error
                }
                await end(processes, servers)
            }
        } catch is CancellationError where Task.isCancelled {
            throw CancellationError()
        }
    }

    private func startParts(
        _ servers: StackServers,
        _ secrets: StackSecrets,
        _ processes: Processes,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws -> RunningStack {
        let devnetPort = try FreePort.find(preferring: HouseService.devnetPort)
        let devnet = options.needsDevnet ? "http://127.0.0.1:\(devnetPort)" : nil
        var environment = StackEnvironment(
            brokerPort: servers.broker.port,
            brokerUser: servers.broker.user,
            brokerPassword: servers.broker.password,
            vhost: StackServers.vhost,
            databasePort: servers.database.port,
            databaseUser: servers.database.superuser,
            databasePassword: servers.database.password,
            databaseName: StackServers.databaseName,
            node: options.nodes ?? devnet ?? "",
            notifierKey: secrets.notifier,
            clock: devnet,
            extra: options.variables
        )
        environment = try await console.step("database and topology") { [environment] in
            (try await StackPreparation.migrate(environment, layout: layout), "")
        }
        if options.needsDevnet {
            let node = try ServiceProcess.devnet(layout, port: devnetPort, blockInterval: options.blockInterval)
            try await start([node], called: "devnet", processes, &group)
            environment = try await console.step("keys, pool and wallets on the chain") { [environment] in
                let mixed = options.mixed.map { MixedSupply(withdrawals: $0, isFaulty: options.faults != nil) }
                let prepared = try await StackPreparation.prepareChain(
                    environment,
                    layout: layout,
                    secrets: secrets,
                    mixed: mixed
                )
                return (prepared, mixed?.description ?? "")
            }
        }
        await books.setVariables(environment.variables)
        let services = try ServiceProcess.services(options.services, layout, environment, replicas: options.replicas)
        try await start(services, called: "services", processes, &group)
        return RunningStack(environment: environment, layout: layout, devnet: devnet)
    }

    /// Starts processes together and waits until all are ready.
    private func start(
        _ started: [ServiceProcess],
        called name: String,
        _ processes: Processes,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws {
        for process in started {
            processes.add(process)
            await books.add(process.part)
            group.addTask { try await supervise(process) }
        }
        try await console.step(name) {
            for process in started { try await waitUntilReady(process) }
            return ((), started.map { "\($0.name) \($0.port)" }.joined(separator: ", "))
        }
    }

    private func waitUntilReady(_ process: ServiceProcess) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while await !process.isReady() {
            let given = await books.restarts(of: process.name) >= 3 ? "ended three times" : nil
            guard ContinuousClock.now < deadline, given == nil else {
                throw StackError(
                    "\(process.name) \(given ?? "was not ready after 60 s")",
                    hint: "its log is \(process.log)",
                    details: LocalFile.tail(process.log, lines: 12)
                )
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        await books.setReady(process.name)
    }

    private func supervise(_ process: ServiceProcess) async throws {
        try await process.supervise { event in
            switch event {
            case .started(let child): await books.started(process.name, pid: child.pid)
            case .ended(let end, let pause): await books.ended(process.name, end.description, pause: pause)
            }
        }
    }

    private func end(_ processes: Processes, _ servers: StackServers) async {
        await books.beginStop()
        await processes.stop()
        await servers.stop()
    }
}
