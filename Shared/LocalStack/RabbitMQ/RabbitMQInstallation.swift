/// The RabbitMQ of the system: its own scripts, not the wrappers in `/usr/sbin`, which refuse ordinary users.
struct RabbitMQInstallation: Sendable {
    let server: String
    let ctl: String
    let erl: String
    let epmd: String

    /// Finds the newest version under the library folders Debian and the upstream packages use.
    static func find() throws(LocalStackError) -> RabbitMQInstallation {
        var folders: [String] = []
        if let home = Launch.variable("RABBITMQ_HOME") { folders.append(home) }
        let library = "/usr/lib/rabbitmq/lib"
        let versions = Files.entries(of: library).filter { $0.hasPrefix("rabbitmq_server-") }
        folders += versions.sorted { version($0) > version($1) }.map { "\(library)/\($0)" }
        folders += ["/opt/rabbitmq", "/usr/local/lib/rabbitmq"]
        guard let home = folders.first(where: { Files.isExecutable($0 + "/sbin/rabbitmq-server") }) else {
            throw LocalStackError(
                .notInstalled,
                "RabbitMQ is not installed",
                hint: "install the package rabbitmq-server"
            )
        }
        guard let erl = Programs.find("erl"), let epmd = Programs.find("epmd") else {
            throw LocalStackError(.notInstalled, "Erlang is not installed", hint: "install the package erlang-base")
        }
        return RabbitMQInstallation(
            server: home + "/sbin/rabbitmq-server",
            ctl: home + "/sbin/rabbitmqctl",
            erl: erl,
            epmd: epmd
        )
    }

    private static func version(_ folder: String) -> Version { Version(folder) }
}

/// The numbers in a folder's name, compared one by one.
struct Version: Comparable {
    let numbers: [Int]
    init(_ text: String) { numbers = text.split { !$0.isNumber }.compactMap { Int($0) } }
    static func < (left: Version, right: Version) -> Bool { left.numbers.lexicographicallyPrecedes(right.numbers) }
}

/// Programs of the system.
enum Programs {
    /// The full path of a program, from `PATH` and the system folders.
    static func find(_ name: String) -> String? {
        (Launch.plainEnvironment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first(where: Files.isExecutable)
    }
}
