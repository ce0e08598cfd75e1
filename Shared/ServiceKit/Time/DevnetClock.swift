internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Logging
internal import Models
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// The devnet's time, which can be advanced: the machine's clock plus an offset that is read again each 200 ms.
///
/// `GET <url>/devnet/time` answers `{"now_ms": 1795253400000}`. Between two reads time runs like the machine's.
final class DevnetClock: WallClock, Service {
    private let url: String
    private let logger: Logger
    private let offset = Atomic<Int64>(0)
    private let isSet = Atomic<Bool>(false)

    init(url: String, logger: Logger) {
        self.url = (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/devnet/time"
        self.logger = logger
    }

    func now() -> Timestamp {
        Timestamp(milliseconds: SystemClock().now().milliseconds + offset.load(ordering: .relaxed))
    }

    /// Whether the devnet has told its time at least once.
    var isKnown: Bool { isSet.load(ordering: .acquiring) }

    /// Follows the devnet until the service is told to stop.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var failures = 0
            while !Task.isCancelled {
                do {
                    try await self.read()
                    failures = 0
                } catch {
                    failures += 1
                    if failures == 1, !Task.isCancelled {
                        self.logger.warning("the devnet's time cannot be read", error: error)
                    }
                }
                try? await Task.sleep(for: .milliseconds(200))  // Ends early only when cancelled.
            }
        }
    }

    private struct Answer: Decodable {
        let now_ms: Int64
    }

    private func read() async throws {
        let before = SystemClock().now()
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(2))
        // An error page is not such an object, so the status need not be looked at.
        let body = try await response.body.collect(upTo: 4096)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(body.readableBytesView))
        let after = SystemClock().now()
        // The answer is as old as half its way.
        let middle = before.milliseconds + (after.milliseconds - before.milliseconds) / 2
        offset.store(answer.now_ms - middle, ordering: .relaxed)
        isSet.store(true, ordering: .releasing)
    }
}
