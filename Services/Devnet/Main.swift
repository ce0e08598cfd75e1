internal import ArgumentParser
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Telemetry
internal import UnixSignals

@main
struct Devnet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devnet",
        abstract: "A TRON network of one node, with a control API under /devnet. Everything is kept in memory."
    )

    @Option(help: "Where to listen.")
    var host = "127.0.0.1"

    @Option(help: "Port; 0 takes a free one, which is printed.")
    var port = 18_090

    @Option(help: "Time between blocks: 3s, 200ms; 50ms at least.")
    var blockInterval = BlockInterval(duration: .seconds(3))

    @Option(help: "Seed of the faults' chance.")
    var seed: UInt64 = 1

    @Flag(help: "Note each request on standard error, with the trace it belongs to.")
    var logRequests = false

    func run() async throws {
        let node = Node(.init(blockInterval: blockInterval.duration, seed: seed))
        let sandboxes = Sandboxes(node: node)
        let host = host
        let application = Application(
            responder: Responder(node: node, sandboxes: sandboxes, log: logRequests ? Self.requestLog : nil),
            configuration: .init(address: .hostname(host, port: port), reuseAddress: true),
            onServerRunning: { channel in
                StandardOutput.print("http://\(host):\(channel.localAddress?.port ?? 0)")
            },
            logger: Logger(label: "devnet") { _ in SwiftLogNoOpLogHandler() }
        )
        let producer = BlockProducer(node: node, interval: blockInterval.duration)
        var configuration = ServiceGroupConfiguration(
            services: [SandboxKeeper(node: node, sandboxes: sandboxes), producer, application],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "devnet") { _ in SwiftLogNoOpLogHandler() }
        )
        configuration.maximumGracefulShutdownDuration = .seconds(1)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw ValidationError("cannot listen on \(host):\(port): \(error)")
        }
    }

    private static var requestLog: Logger {
        Logger(label: "devnet") { BusbarLogHandler(label: $0, format: .text, output: .standardError) }
    }
}
