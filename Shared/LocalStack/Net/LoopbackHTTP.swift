internal import Glibc

/// The smallest HTTP client: one request to a server on the loopback interface, for health checks.
public enum LoopbackHTTP {
    /// An answer.
    public struct Answer: Sendable {
        /// The status code.
        public let status: Int
        /// The body as it was sent (chunks are not put together).
        public let body: String
    }

    /// Fetches a path.
    ///
    /// - Returns: nil when nobody answers within `limit`.
    public static func get(port: Int, path: String, limit: Duration = .seconds(2)) async -> Answer? {
        await onOwnThread { getBlocking(port: port, path: path, limit: limit) }
    }

    private static func getBlocking(port: Int, path: String, limit: Duration) -> Answer? {
        let deadline = ContinuousClock.now + limit
        guard let descriptor = FreePort.connect(port) else { return nil }
        defer { close(descriptor) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var received: [UInt8] = []
        while received.count < 1 << 20 {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero, poll(&polled, 1, milliseconds(left)) > 0 else { return nil }
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            received += chunk[..<count]
        }
        return parse(String(decoding: received, as: UTF8.self))
    }

    private static func parse(_ text: String) -> Answer? {
        let words = text.prefix { $0 != "\r\n" && $0 != "\n" }.split(separator: " ")
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
        // A line break of two characters is one Character.
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let body = lines.drop { !$0.isEmpty }.dropFirst()
        return Answer(status: status, body: body.joined(separator: "\r\n"))
    }
}
