internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization
internal import Telemetry

/// The admin port: `/livez`, `/readyz`, `/metrics`. It is the last to stop, so that a draining service can be watched.
final class AdminServer: Service {
    private let host: String
    private let port: Int
    private let health: ServiceHealth
    private let metrics: PrometheusFactory
    private let logger: Logger
    private let opened = Mutex<Int?>(nil)

    init(host: String, port: Int, health: ServiceHealth, metrics: PrometheusFactory, logger: Logger) {
        self.host = host
        self.port = port
        self.health = health
        self.metrics = metrics
        self.logger = logger
    }

    /// The port it listens on, once it does.
    var openPort: Int? { opened.withLock { $0 } }

    func run() async throws {
        let router = Router()
        let health = health
        let metrics = metrics
        router.get("livez") { _, _ in Self.answer(health.liveness()) }
        router.get("readyz") { _, _ in Self.answer(health.readiness()) }
        router.get("metrics") { _, _ in
            Self.answer(.ok, PrometheusFactory.contentType, metrics.exposition())
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { [self] channel in
                let port = channel.localAddress?.port ?? port
                opened.withLock { $0 = port }
                logger.info("admin port is open", metadata: ["admin.port": .stringConvertible(port)])
            },
            logger: quiet
        )
        do {
            try await application.run()
        } catch let error as IOError {
            throw AdminPortUnavailable(host: host, port: port, reason: "\(error)")
        }
    }

    private static func answer(_ report: ServiceHealth.Report) -> Response {
        answer(report.isGood ? .ok : .serviceUnavailable, "application/json; charset=utf-8", report.json)
    }

    private static func answer(_ status: HTTPResponse.Status, _ type: String, _ body: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}

/// The admin port cannot be opened: taken by another process, or not ours to open.
struct AdminPortUnavailable: Error, CustomStringConvertible {
    let host: String
    let port: Int
    let reason: String

    var description: String { "the admin port \(host):\(port) cannot be opened: \(reason)" }
}
