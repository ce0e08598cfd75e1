internal import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Planning
internal import ServiceLifecycle

/// Fetches small answers of other people's services: one try, within a limit of time and size, without redirects.
struct HTTPReader: Service {
    private let client: HTTPClient
    private let timeout: Duration
    private let logger: Logger

    init(timeout: Duration, logger: Logger) {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout.connect = TimeAmount(min(timeout, .seconds(3)))
        settings.timeout.read = TimeAmount(timeout)
        settings.connectionPool.idleTimeout = .seconds(60)
        // One try: the breaker decides about the next.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.decompression = .disabled
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        self.timeout = timeout
        self.logger = logger
    }

    func run() async throws {
        try? await gracefulShutdown()  // Throws only when cancelled, which ends it too.
        await shutDown()
    }

    /// Closes the connections.
    func shutDown() async {
        do {
            try await client.shutdown()
        } catch {
            logger.debug("connections to price sources were closed already", error: error)
        }
    }

    /// The body of a successful answer.
    /// - Parameter limit: bytes it may have at most.
    func get(
        _ url: String,
        headers: [(name: String, value: String)] = [],
        limit: Int = 64 << 10
    ) async throws(PriceFault) -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "busbar-price-feed")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let (client, timeout, message) = (client, timeout, request)
        do {
            // The client's own deadline ends with the head of the answer: a body that comes drop by drop is cut off here.
            return try await withTimeLimit(timeout) {
                let response = try await client.execute(message, timeout: TimeAmount(timeout))
                let pause = response.headers.first(name: "retry-after").flatMap { Int64($0) }
                let retryAfter = pause.map { Duration.seconds(min(max($0, 0), 86_400)) }
                if let fault = PriceFault(status: Int(response.status.code), retryAfter: retryAfter) { throw fault }
                let body = try await response.body.collect(upTo: limit)
                return Array(body.readableBytesView)
            }
        } catch {
            throw Self.fault(error)
        }
    }

    private static func fault(_ error: any Error) -> PriceFault {
        switch error {
        case let fault as PriceFault: fault
        case is TimeLimitExceeded: PriceFault(.timedOut, "no whole answer in time")
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            PriceFault(.timedOut, "no whole answer in time")
        case is NIOTooManyBytesError: PriceFault(.tooLarge, "the answer is too large")
        default: PriceFault(.unreachable, "\(error)")
        }
    }
}
