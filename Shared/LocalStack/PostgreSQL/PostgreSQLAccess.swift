/// How to reach a database, and the means to run administrative statements there before any client library is.
public struct PostgreSQLAccess: Sendable {
    /// A host name, or the folder of a Unix socket.
    public var host: String
    /// The server's TCP port, which is also part of its Unix socket's name.
    public var port: Int
    /// The role to log in as.
    public var user: String
    /// The role's; handed to `psql` through the environment, never on a command line.
    public var password: String
    /// The database to connect to.
    public var database: String

    /// Describes a database.
    public init(host: String, port: Int, user: String, password: String, database: String) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
    }

    /// Runs statements through `psql`, each in a transaction of its own; the first that fails ends the run.
    ///
    /// - Returns: the rows, one a line, columns separated by `|`.
    /// - Throws: ``LocalStackError`` with code `refused` and the server's message.
    @discardableResult
    public func sql(_ statements: [String], limit: Duration = .seconds(60)) async throws -> String {
        guard let psql = Programs.find("psql") else {
            throw LocalStackError(
                .notInstalled,
                "psql is not installed",
                hint: "install the package postgresql-client"
            )
        }
        // The password through the environment: command lines are public.
        var variables = Launch.plainEnvironment
        variables["PGPASSWORD"] = password
        variables["PGCONNECT_TIMEOUT"] = "10"
        let words =
            ["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", host, "-p", String(port), "-U", user, "-d", database]
            + statements.flatMap { ["-c", $0] }
        let result = try await Launch(psql, words, environment: variables, directory: "/").run(limit: limit)
        guard result.succeeded else {
            throw LocalStackError(.refused, "the database refused a statement", logTail: result.errors.lines(last: 8))
        }
        return result.output
    }
}
