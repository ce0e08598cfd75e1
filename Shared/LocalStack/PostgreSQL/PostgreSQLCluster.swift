internal import Glibc

/// A data directory: made once from a cached copy, since `initdb` takes seconds on a small machine.
struct PostgreSQLCluster: Sendable {
    static let superuser = "busbar"

    let installation: PostgreSQLInstallation
    let owner: SystemUser?
    /// The folder that holds everything of this server.
    let path: String

    var data: String { path + "/data" }
    var log: String { path + "/log/postgresql.log" }

    /// Makes the cluster when the folder has none, and writes its configuration.
    func prepare(_ settings: PostgreSQLSettings) async throws {
        try Files.makeDirectory(path, mode: owner == nil ? 0o700 : 0o755)
        for folder in [path, path + "/log"] {
            try Files.makeDirectory(folder)
            if let owner { try Files.give(folder, to: owner) }
        }
        if !Files.exists(data + "/PG_VERSION") {
            await Files.remove(data)
            try await create()
        }
        try await Self.writeConfiguration(settings, to: data, owner: owner)
        try await setPassword(settings.password)
    }

    private func create() async throws {
        guard let cache = Cache.folder(owner: owner) else { return try await initialize(data) }
        let template = cache + "/" + installation.version.map { $0.isLetter || $0.isNumber ? $0 : "-" } + "-2"
        if !Files.exists(template + "/PG_VERSION") {
            let fresh = try Files.makeUniqueDirectory(cache + "/new-")
            if let owner { try Files.give(fresh, to: owner) }
            do {
                try await initialize(fresh)
            } catch {
                await Files.remove(fresh)
                throw error
            }
            // Another process may have been faster: then its copy is as good as ours.
            if rename(fresh, template) != 0 { await Files.remove(fresh) }
        }
        let copied = try await Launch("/bin/cp", ["-a", "--", template, data]).run(limit: .seconds(120))
        guard copied.succeeded else {
            throw LocalStackError(.file, "cannot copy \(template)", logTail: copied.errors.lines(last: 5))
        }
    }

    private func initialize(_ folder: String) async throws {
        // Changed at the first start; initdb only insists on some password.
        let secret = path + "/log/initial"
        try Files.write(Secret.random() + "\n", to: secret)
        defer { unlink(secret) }
        if let owner { try Files.give(secret, to: owner) }
        let words = [
            "-D", folder, "-U", Self.superuser, "--auth=scram-sha-256", "--pwfile=\(secret)",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        ]
        let launch = Launch(installation.program("initdb"), words, directory: "/").running(as: owner)
        let result = try await launch.run(limit: .seconds(180))
        guard result.succeeded else {
            throw LocalStackError(
                .refused,
                "initdb \(result.end)",
                logTail: (result.output + result.errors).lines(last: 10)
            )
        }
    }

    private static func writeConfiguration(
        _ settings: PostgreSQLSettings,
        to data: String,
        owner: SystemUser?
    ) async throws {
        let access = """
            local all all scram-sha-256
            host all all 127.0.0.1/32 scram-sha-256

            """
        for (name, text) in [("postgresql.conf", settings.file), ("pg_hba.conf", access)] {
            try Files.write(text, to: data + "/" + name)
            if let owner { try Files.give(data + "/" + name, to: owner) }
        }
    }

    /// In single-user mode: before anybody can connect, and without a moment of open access.
    private func setPassword(_ password: String) async throws {
        guard !Files.exists(data + "/postmaster.pid"), Self.isWord(password) else {
            // A crashed server's data needs recovery first; its password is the stack's own, set when it was made.
            return
        }
        let words = ["--single", "-D", data, "-c", "log_min_messages=fatal", "postgres"]
        let launch = Launch(installation.program("postgres"), words, directory: "/").running(as: owner)
        let result = try await launch.run(feeding: "ALTER ROLE \(Self.superuser) PASSWORD '\(password)'\n")
        guard result.succeeded else {
            throw LocalStackError(
                .refused,
                "cannot set the password of the database: it \(result.end)",
                logTail: (result.output + result.errors).lines(last: 8)
            )
        }
    }

    private static func isWord(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        }
    }
}

/// Where initialised clusters wait to be copied.
private enum Cache {
    /// A folder that nobody but us (and the user that runs PostgreSQL for us) can write to; nil when there is none.
    static func folder(owner: SystemUser?) -> String? {
        let base = access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp"
        let folder = "\(base)/busbar-cache-\(geteuid())"
        mkdir(folder, owner == nil ? 0o700 : 0o755)
        var facts = stat()
        guard lstat(folder, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == geteuid(),
            facts.st_mode & 0o022 == 0
        else { return nil }
        return folder
    }
}
