internal import AsyncHTTPClient
internal import Metrics
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// One node over HTTP: its rate limit, its circuit and what is known of its health. Tries each request once.
final class NodeConnection: TronNode {
    let endpoint: NodeEndpoint
    let name: String
    private let configuration: TronClientConfiguration
    private let http: HTTPClient
    private let state: Mutex<State>

    private struct State {
        var bucket: TokenBucket?
        var circuit: CircuitBreaker
        var requests = 0
        var failures = 0
        var lastError: String?
        var head: Int64?
    }

    init(_ endpoint: NodeEndpoint, configuration: TronClientConfiguration, http: HTTPClient) {
        self.endpoint = endpoint
        name = endpoint.name
        self.configuration = configuration
        self.http = http
        let bucket = endpoint.requestsPerSecond.map {
            TokenBucket(perSecond: $0, burst: endpoint.burst, now: .now)
        }
        let circuit = CircuitBreaker(
            threshold: configuration.circuitThreshold,
            shortest: configuration.circuitPause,
            longest: configuration.circuitPauseLimit
        )
        state = Mutex(State(bucket: bucket, circuit: circuit))
    }

    /// Whether its circuit lets requests through at this moment.
    var isUsable: Bool {
        state.withLock { state in
            switch state.circuit.state {
            case .closed: true
            case .open(let until): until <= .now
            case .probing: false
            }
        }
    }

    var health: NodeHealth {
        let open = !isUsable
        return state.withLock {
            NodeHealth(
                node: name,
                isCircuitOpen: open,
                requests: $0.requests,
                failures: $0.failures,
                lastError: $0.lastError,
                head: $0.head
            )
        }
    }

    func saw(head: Int64) { state.withLock { $0.head = max($0.head ?? head, head) } }

    func answer(to request: NodeRequest) async throws(NodeError) -> [UInt8] {
        try await waitForTurn(request)
        let start = ContinuousClock.now
        let result: Result<[UInt8], NodeError>
        do throws(NodeError) {
            result = .success(try await send(request))
        } catch {
            result = .failure(error)
        }
        record(result, request: request, took: .now - start)
        return try result.get()
    }

    private func waitForTurn(_ request: NodeRequest) async throws(NodeError) {
        let now = ContinuousClock.now
        let turn = try state.withLock { state throws(NodeError) -> ContinuousClock.Instant in
            let (admitted, wait) = state.circuit.admit(now: now, probeLimit: configuration.timeout * 2)
            guard admitted else {
                throw NodeError(
                    .circuitOpen,
                    node: name,
                    path: request.path,
                    state.lastError ?? "failed lately",
                    retryAfter: wait
                )
            }
            guard state.bucket != nil else { return now }
            guard let turn = state.bucket?.take(now: now, patience: configuration.ratePatience) else {
                throw NodeError(
                    .throttled,
                    node: name,
                    path: request.path,
                    "own rate limit",
                    retryAfter: configuration.ratePatience
                )
            }
            return turn
        }
        guard turn > now else { return }
        do {
            try await Task.sleep(until: turn, clock: .continuous)
        } catch {
            throw NodeError(.cancelled, node: name, path: request.path, "cancelled")
        }
    }

    private func send(_ request: NodeRequest) async throws(NodeError) -> [UInt8] {
        var message = HTTPClientRequest(url: endpoint.address(of: request))
        message.method = .POST
        message.headers.add(name: "content-type", value: "application/json")
        message.headers.add(name: "accept", value: "application/json")
        if let key = endpoint.apiKey { message.headers.add(name: "TRON-PRO-API-KEY", value: key.value) }
        for (name, value) in configuration.extraHeaders() { message.headers.add(name: name, value: value) }
        message.body = .bytes(request.body)
        let reply = try await exchange(message, path: request.path)
        do throws(NodeError) {
            try NodeAnswer.check(
                status: reply.status,
                retryAfter: reply.retryAfter,
                body: reply.body,
                path: request.path,
                pause: configuration.throttlePause
            )
        } catch {
            var error = error
            error.node = name
            throw error
        }
        return reply.body
    }

    private struct Reply: Sendable {
        var status: Int
        var retryAfter: Duration?
        var body: [UInt8]
    }

    /// One exchange within the timeout. The client's own deadline ends with the head of the answer, so that a body which
    /// comes drop by drop is cut off here.
    private func exchange(_ message: HTTPClientRequest, path: String) async throws(NodeError) -> Reply {
        let timeout = configuration.timeout
        let result = await withTaskGroup(of: Result<Reply, any Error>.self) { group in
            group.addTask {
                do { return .success(try await self.perform(message)) } catch { return .failure(error) }
            }
            group.addTask {
                do {
                    try await Task.sleep(for: timeout)
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
        if Task.isCancelled { throw NodeError(.cancelled, node: name, path: path, "cancelled") }
        do {
            return try result.get()
        } catch {
            throw NodeError(transport: error, node: name, path: path)
        }
    }

    private func perform(_ message: HTTPClientRequest) async throws -> Reply {
        let deadline = NIODeadline.now() + TimeAmount(configuration.timeout)
        let response = try await http.execute(message, deadline: deadline)
        var buffer = try await response.body.collect(upTo: configuration.answerLimit)
        return Reply(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "retry-after").flatMap { Int64($0) }.map {
                .seconds(min(max($0, 0), 3600))
            },
            body: buffer.readBytes(length: buffer.readableBytes) ?? []
        )
    }

    private func record(_ result: Result<[UInt8], NodeError>, request: NodeRequest, took: Duration) {
        let now = ContinuousClock.now
        let outcome: String
        switch result {
        case .success: outcome = "ok"
        case .failure(let error): outcome = error.code.description
        }
        state.withLock { state in
            state.requests += 1
            guard case .failure(let error) = result else {
                state.circuit.succeeded()
                return
            }
            switch error.code {
            case .refused, .notOffered:
                // The node works; it only does not like the question.
                state.circuit.succeeded()
            case .cancelled: break
            case .throttled:
                state.failures += 1
                state.lastError = error.description
                state.circuit.pause(error.retryAfter ?? configuration.throttlePause, now: now)
            default:
                state.failures += 1
                state.lastError = error.description
                state.circuit.failed(now: now)
            }
        }
        let dimensions = [("node", name), ("path", request.path)]
        Counter(label: "tron_requests_total", dimensions: dimensions + [("outcome", outcome)]).increment()
        Timer(label: "tron_request_seconds", dimensions: dimensions).record(duration: took)
    }
}

extension NodeError {
    fileprivate init(transport error: any Error, node: String, path: String) {
        let code: Code
        switch error {
        case is CancellationError: code = .cancelled
        case is NIOTooManyBytesError: code = .tooLarge
        case let error as HTTPClientError:
            code =
                switch error {
                case .cancelled: .cancelled
                case .connectTimeout, .getConnectionFromPoolTimeout, .invalidURL, .emptyHost, .emptyScheme:
                    .unreachable
                case .deadlineExceeded, .readTimeout, .writeTimeout: .timedOut
                default: .interrupted
                }
        case is NIOConnectionError: code = .unreachable
        case let error as IOError where error.errnoCode == 111: code = .unreachable
        default: code = .interrupted
        }
        self.init(code, node: node, path: path, "\(error)")
    }
}
