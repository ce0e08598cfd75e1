internal import AsyncHTTPClient
internal import Metrics
public import Models
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Calls over HTTP, each tried once, with limits on time and size. Call ``shutdown()`` at the end.
public final class HTTPTransport: SupplierTransport {
    /// Its limits.
    public struct Limits: Sendable {
        /// The longest a connection may take.
        public var connect: Duration = .seconds(3)
        /// The longest a call may take, the answer's last byte included.
        public var call: Duration = .seconds(15)
        /// The largest answer in bytes.
        public var answer = 1 << 20

        /// Limits that suit public services.
        public init() {}
    }

    private let limits: Limits
    private let http: HTTPClient

    /// A transport with connections of its own.
    public init(limits: Limits = Limits()) {
        self.limits = limits
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout.connect = TimeAmount(limits.connect)
        settings.timeout.read = TimeAmount(limits.call)
        settings.connectionPool.idleTimeout = .seconds(20)
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        // Who refuses a connection is heard at once, instead of being asked until the time is over.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.decompression = .disabled
        settings.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    /// Closes the connections. Calls that are under way fail.
    public func shutdown() async {
        try? await http.shutdown()
    }

    /// Sends a call once.
    public func answer(to call: HTTPCall) async throws(SupplierFault) -> SupplierAnswer {
        let start = ContinuousClock.now
        let result = await exchange(call)
        let host = Self.host(of: call.url)
        let outcome: String
        switch result {
        case .success(let answer): outcome = "\(answer.status / 100)xx"
        case .failure(let fault): outcome = fault.code.rawValue
        }
        let dimensions = [("host", host), ("call", call.purpose)]
        Counter(label: "supplier_calls_total", dimensions: dimensions + [("outcome", outcome)]).increment()
        Timer(label: "supplier_call_seconds", dimensions: dimensions).record(duration: .now - start)
        return try result.get()
    }

    /// One exchange within the time allowed. The client's own deadline ends with the head of the answer, so that a body
    /// which comes drop by drop is cut off here; a little later, because the client can tell what was not sent.
    private func exchange(_ call: HTTPCall) async -> Result<SupplierAnswer, SupplierFault> {
        let limit = limits.call + .milliseconds(200)
        let result = await withTaskGroup(of: Result<SupplierAnswer, any Error>.self) { group in
            group.addTask {
                do { return .success(try await self.perform(call)) } catch { return .failure(error) }
            }
            group.addTask {
                do {
                    try await Task.sleep(for: limit)
                    return .failure(HTTPClientError.deadlineExceeded)
                } catch {
                    return .failure(error)
                }
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? .failure(CancellationError())
        }
        // A cancelled body ends early without an error.
        if Task.isCancelled { return .failure(SupplierFault(.noAnswer, .sent, "cancelled")) }
        return result.mapError { SupplierFault(transport: $0) }
    }

    private func perform(_ call: HTTPCall) async throws -> SupplierAnswer {
        var message = HTTPClientRequest(url: call.url)
        message.method = call.method == .get ? .GET : .POST
        message.headers.add(name: "accept", value: "application/json")
        message.headers.add(name: "user-agent", value: "busbar")
        for (name, value) in call.headers { message.headers.replaceOrAdd(name: name, value: value) }
        if !call.body.isEmpty { message.body = .bytes(call.body) }
        let response = try await http.execute(message, deadline: .now() + TimeAmount(limits.call))
        var buffer = try await response.body.collect(upTo: limits.answer)
        return SupplierAnswer(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "retry-after").flatMap { Int64($0) }
                .map { .seconds(min(max($0, 0), 3600)) },
            body: buffer.readBytes(length: buffer.readableBytes) ?? []
        )
    }

    private static func host(of url: String) -> String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        return String(authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority)
    }
}

extension SupplierFault {
    /// What failed below HTTP. Errors of the client name neither headers nor bodies.
    init(transport error: any Error) {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
                self.init(.notConnected, .notSent, error.shortDescription)
            case .invalidURL, .emptyHost, .emptyScheme:
                self.init(.invalidRequest, .notSent, error.shortDescription)
            case .deadlineExceeded, .readTimeout, .writeTimeout:
                self.init(.timeout, .sent, error.shortDescription)
            default:
                self.init(.noAnswer, .sent, error.shortDescription)
            }
        case is NIOConnectionError:
            self.init(.notConnected, .notSent, "no connection")
        case is NIOTooManyBytesError:
            self.init(.badAnswer, .answered, "the answer is too large")
        case let error as IOError where error.errnoCode == 111:
            self.init(.notConnected, .notSent, "connection refused")
        case is CancellationError:
            self.init(.noAnswer, .sent, "cancelled")
        default:
            // TLS reports refused handshakes by a type of its own library, before anything was sent.
            let isHandshake = "\(error)".contains("handshakeFailed")
            let what = "\(type(of: error))"
            self = isHandshake ? Self(.notConnected, .notSent, "TLS: \(what)") : Self(.noAnswer, .sent, what)
        }
    }
}
