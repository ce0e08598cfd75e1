internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Models
internal import NIOCore

/// The machine's clock with an offset that was read once: a command is short.
struct OffsetClock: WallClock {
    let offset: Duration

    func now() -> Timestamp { SystemClock().now() + offset }

    private struct Answer: Decodable {
        let now_ms: Int64
    }

    /// The devnet's time, or the machine's when there is no devnet.
    /// - Parameter url: the devnet's address.
    /// - Throws: ``OperationError`` when it does not tell the time.
    static func following(_ url: String?) async throws -> OffsetClock {
        guard let url, !url.isEmpty else { return OffsetClock(offset: .zero) }
        let address = (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/devnet/time"
        do {
            let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: address), timeout: .seconds(3))
            let body = try await response.body.collect(upTo: 4096)
            let answer = try JSONDecoder().decode(Answer.self, from: Data(body.readableBytesView))
            return OffsetClock(offset: Timestamp(milliseconds: answer.now_ms) - SystemClock().now())
        } catch {
            throw OperationError(
                "the devnet at \(url) does not tell its time: \(error)",
                hint: "look at busbar status; without BUSBAR_CLOCK_URL the machine's clock counts"
            )
        }
    }
}
