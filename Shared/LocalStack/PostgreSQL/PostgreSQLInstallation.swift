/// The PostgreSQL of the system.
struct PostgreSQLInstallation: Sendable {
    /// The folder of its programs.
    let programs: String
    /// The exact version, as `postgres --version` says it; names the cached cluster.
    let version: String

    /// Finds the newest version under Debian's folders, or the one in `PATH`.
    static func find() async throws -> PostgreSQLInstallation {
        let library = "/usr/lib/postgresql"
        var folders = Files.entries(of: library).sorted { Version($0) > Version($1) }.map { "\(library)/\($0)/bin" }
        if let found = Programs.find("postgres") { folders.append(String(found.dropLast("/postgres".count))) }
        guard let folder = folders.first(where: { Files.isExecutable($0 + "/postgres") }) else {
            throw LocalStackError(
                .notInstalled,
                "PostgreSQL is not installed",
                hint: "install the package postgresql"
            )
        }
        let version = try await Launch(folder + "/postgres", ["--version"]).run(limit: .seconds(20))
        return PostgreSQLInstallation(programs: folder, version: version.output.split(separator: "\n").joined())
    }

    func program(_ name: String) -> String { programs + "/" + name }
}
