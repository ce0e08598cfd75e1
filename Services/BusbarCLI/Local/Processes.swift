internal import LocalStack
internal import Synchronization

/// The services that were started, for their end.
final class Processes: Sendable {
    private let all = Mutex<[ServiceProcess]>([])

    func add(_ process: ServiceProcess) { all.withLock { $0.append(process) } }

    /// Ends the services together, then the devnet they depend on.
    func stop() async {
        let all = all.withLock { $0 }
        await withTaskGroup { group in
            for process in all where !process.isDevnet { group.addTask { await process.stop(grace: .seconds(7)) } }
        }
        for process in all where process.isDevnet { await process.stop(grace: .seconds(2)) }
    }
}

extension ServiceProcess {
    var isDevnet: Bool { name == "devnet" }

    /// What the books say about it at first.
    var part: StackState.Part {
        StackState.Part(
            name: name,
            process: nil,
            port: port,
            health: health,
            condition: .starting,
            restarts: 0,
            log: log
        )
    }

    /// The chain to run against.
    static func devnet(_ layout: StackLayout, port: Int, blockInterval: String) throws -> ServiceProcess {
        let launch = Launch(
            try executable("devnet", layout),
            ["--port", String(port), "--block-interval", blockInterval],
            directory: layout.directory
        )
        return ServiceProcess(
            name: "devnet",
            port: port,
            health: "/devnet/time",
            launch: launch,
            log: layout.log(of: "devnet")
        )
    }

    /// Services of the house, each as often as asked for.
    static func services(
        _ services: [HouseService],
        _ layout: StackLayout,
        _ environment: StackEnvironment,
        replicas: [String: Int]
    ) throws -> [ServiceProcess] {
        var taken: Set<Int> = []
        return try services.flatMap { service in
            let program = try executable(service.name, layout)
            let count = replicas[service.name] ?? 1
            return try (0..<count).map { number in
                let name = count == 1 ? service.name : "\(service.name)-\(number + 1)"
                var port = try FreePort.find(preferring: service.preferredPort + number)
                while !taken.insert(port).inserted { port = try FreePort.find() }
                let launch = Launch(
                    program,
                    environment: environment.service(role: service.role, adminPort: port),
                    directory: layout.directory
                )
                return ServiceProcess(
                    name: name,
                    port: port,
                    health: "/readyz",
                    launch: launch,
                    log: layout.log(of: name)
                )
            }
        }
    }

    private static func executable(_ name: String, _ layout: StackLayout) throws -> String {
        let path = layout.executables + "/" + name
        guard LocalFile.isExecutable(path) else {
            throw StackError(
                "there is no executable \(path)",
                hint: "build the package: ./busbar builds it before it starts"
            )
        }
        return path
    }
}
