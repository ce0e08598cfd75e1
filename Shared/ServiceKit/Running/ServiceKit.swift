internal import Glibc
internal import Logging
public import Messaging
internal import Metrics
internal import Telemetry

/// What every main of the house shares.
public enum ServiceKit {
    /// Runs a service from its arguments and environment until SIGTERM or SIGINT, then ends the process.
    ///
    /// Answers `--help` and `--help-config` and refuses other arguments. Ends with ``ExitCode``: 0 after draining within
    /// 10 s, 64 for an argument it does not know, 69 when the admin port cannot be opened, 70 for a bug, 78 for a refused
    /// configuration or a database schema of another version. A broker or database that is not there is no reason to end.
    ///
    /// - Parameters:
    ///   - name: as in `allocator`; the part before `-` is the section of its own keys.
    ///   - schema: where its tables, outbox and inbox are, and which version it needs.
    ///   - keys: its own configuration, besides ``ConfigurationKey/house``.
    ///   - topology: queues of its own; the queues of the catalogue's commands are there anyway.
    ///   - arguments: those of the command line, without the program's name.
    ///   - setUp: puts the service together: consumers, loops, leaders. It runs before anything is connected, so it must
    ///     not use the database; an error here is a refused configuration.
    public static func run(
        _ name: String,
        schema: ServiceSchema,
        keys: [ConfigurationKey] = [],
        topology: Topology = Topology(),
        arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        _ setUp: (ServiceHost) async throws -> Void
    ) async -> Never {
        answer(arguments, name: name, keys: keys)
        let configuration: ServiceConfiguration
        do {
            configuration = try ServiceConfiguration(service: name, keys: keys)
        } catch {
            end(.configuration, "\(name): \(error)")
        }
        let redaction = Redaction(secrets: configuration.secrets)
        let metrics = bootstrap(configuration, redaction: redaction)
        let host: ServiceHost
        do {
            host = try ServiceHost(
                name,
                schema: schema,
                configuration: configuration,
                topology: topology,
                metrics: metrics,
                logger: Logger(label: name)
            )
            try await setUp(host)
        } catch {
            end(.configuration, redaction.clean("\(name): \(error)"))
        }
        let code = await host.runToExit(signals: true)
        exit(code.rawValue)
    }

    private static func bootstrap(
        _ configuration: ServiceConfiguration,
        redaction: Redaction
    ) -> PrometheusFactory {
        let output = LogOutput.standardOutput
        let format =
            configuration.optionalText(.logFormat).flatMap(LogFormat.init) ?? (output.isTerminal ? .text : .json)
        let level = Logger.Level(rawValue: configuration.text(.logLevel)) ?? .info
        LoggingSystem.bootstrap { label in
            BusbarLogHandler(label: label, level: level, format: format, output: output, redaction: redaction)
        }
        let metrics = PrometheusFactory()
        metrics.addProcessMetrics()
        MetricsSystem.bootstrap(metrics)
        if let plan = configuration.optionalText(.crashAt).flatMap(CrashPlan.init) { CrashPoint.arm(plan) }
        return metrics
    }

    private static func answer(_ arguments: [String], name: String, keys: [ConfigurationKey]) {
        guard let argument = arguments.first else { return }
        switch argument {
        case "--help", "-h":
            end(.ok, "usage: \(name) [--help-config [--markdown]]\nIt is configured by BUSBAR_ variables or a file.")
        case "--help-config":
            let all = ConfigurationKey.house + keys
            let isMarkdown = arguments.dropFirst().first == "--markdown"
            end(.ok, isMarkdown ? ConfigurationTable.markdown(all) : ConfigurationTable.text(all))
        default:
            end(
                .usage,
                "\(name): \(argument) is not understood; configuration comes from BUSBAR_ variables, see --help"
            )
        }
    }

    /// Says why and ends: on the standard output when it was asked for, else on the standard error.
    private static func end(_ code: ExitCode, _ text: String) -> Never {
        var line = text.hasSuffix("\n") ? text : text + "\n"
        _ = line.withUTF8 { write(code == .ok ? STDOUT_FILENO : STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(code.rawValue)
    }
}
