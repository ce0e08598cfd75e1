/// The means to administer a private broker that another process of the same user has started.
public struct RabbitMQAccess: Sendable {
    private let installation: RabbitMQInstallation
    private let files: RabbitMQFiles
    private let environment: [String: String]

    /// Finds a running broker by its directory.
    /// - Parameter directory: as given to ``RabbitMQServer/start(directory:)``.
    /// - Throws: ``LocalStackError`` with code `file` when no broker has been started there.
    public init(directory: String) throws(LocalStackError) {
        try self.init(RabbitMQInstallation.find(), RabbitMQFiles(path: directory + "/rabbitmq"))
    }

    init(_ installation: RabbitMQInstallation, _ files: RabbitMQFiles) throws(LocalStackError) {
        let ports = (Files.read(files.accessFile) ?? "").split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard ports.count == 2 else {
            throw LocalStackError(.file, "no broker has been started in \(files.path)")
        }
        self.installation = installation
        self.files = files
        environment = files.environment(epmdPort: ports[0], distributionPort: ports[1], schedulers: 1)
    }

    /// Runs `rabbitmqctl`: complete, but half a second of processor time for each call.
    ///
    /// - Returns: what it wrote.
    /// - Throws: ``LocalStackError`` with code `refused` when it failed.
    @discardableResult
    public func ctl(_ arguments: [String]) async throws -> String {
        let result = try await Launch(installation.ctl, ["--quiet"] + arguments, environment: environment).run()
        guard result.succeeded else {
            throw LocalStackError(
                .refused,
                "rabbitmqctl \(arguments.first ?? "") \(result.end)",
                logTail: (result.output + result.errors).lines(last: 8)
            )
        }
        return result.output
    }

    /// Starts a ``RabbitMQControl``.
    public func control() throws(LocalStackError) -> RabbitMQControl {
        try RabbitMQControl(installation: installation, files: files, environment: environment)
    }
}
