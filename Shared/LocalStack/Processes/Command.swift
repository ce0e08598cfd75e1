internal import Glibc

/// A program run to its end, with what it wrote.
public struct CommandResult: Sendable {
    /// How it ended.
    public let end: ProcessEnd
    /// What it wrote to standard output.
    public let output: String
    /// What it wrote to standard error.
    public let errors: String
    /// Whether it exited with status 0.
    public var succeeded: Bool { end == .exited(0) }
}

extension Launch {
    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - text: what it reads from standard input.
    ///   - limit: after this time it is ended by force.
    /// - Throws: ``LocalStackError`` with code `spawn` or `timeout`. A failure status is a result, not an error.
    public func run(feeding text: String = "", limit: Duration = .seconds(60)) async throws -> CommandResult {
        let deadline = ContinuousClock.now + limit
        let outcome = try await onOwnThread { () throws(LocalStackError) in
            try self.runBlocking(feeding: text, until: deadline)
        }
        return outcome
    }

    private func runBlocking(
        feeding text: String,
        until deadline: ContinuousClock.Instant
    ) throws(LocalStackError) -> CommandResult {
        let input = try SocketPair.open()
        let output = try SocketPair.open()
        let errors = try SocketPair.open()
        var launch = self
        launch.input = .descriptor(input.childs)
        launch.output = .descriptor(output.childs)
        launch.errors = .descriptor(errors.childs)
        let child: ChildProcess
        do {
            defer {
                close(input.childs)
                close(output.childs)
                close(errors.childs)
            }
            child = try launch.start(ward: .kill)
        }
        var streams = [Drain(output.ours), Drain(errors.ours)]
        var feed = Feed(input.ours, text)
        let complete = Command.exchange(&streams, &feed, until: deadline)
        feed.finish()
        for stream in streams { close(stream.descriptor) }
        if !complete {
            child.signalGroup(SIGKILL)
            child.signal(SIGKILL)
        }
        while child.isRunning { usleep(2000) }
        guard complete, let end = child.end else {
            throw LocalStackError(
                .timeout,
                "\(program) did not finish in time",
                logTail: streams[1].text.lines(last: 5)
            )
        }
        return CommandResult(end: end, output: streams[0].text, errors: streams[1].text)
    }
}

/// Two connected sockets that no child inherits by accident.
///
/// Unlike a pipe they can be written to without SIGPIPE when the reader is gone.
struct SocketPair: Sendable {
    let ours: Int32
    let childs: Int32

    static func open() throws(LocalStackError) -> SocketPair {
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw LocalStackError(.spawn, "cannot make a socket pair: \(describe(errno: errno))")
        }
        return SocketPair(ours: ends[0], childs: ends[1])
    }
}

private struct Drain {
    let descriptor: Int32
    var bytes: [UInt8] = []
    var open = true
    var text: String { String(decoding: bytes, as: UTF8.self) }

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    mutating func take() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 { bytes += buffer[..<count] } else if count == 0 || errno != EINTR { open = false }
    }
}

private struct Feed {
    var descriptor: Int32
    var rest: ArraySlice<UInt8>

    init(_ descriptor: Int32, _ text: String) {
        self.descriptor = descriptor
        rest = Array(text.utf8)[...]
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        if rest.isEmpty { finish() }
    }

    mutating func give() {
        let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR, errno != EAGAIN { rest = [] }
        if rest.isEmpty { finish() }
    }

    mutating func finish() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}

private enum Command {
    /// Feeds and drains until both outputs are at their end.
    /// - Returns: false when the deadline came first.
    static func exchange(_ streams: inout [Drain], _ feed: inout Feed, until deadline: ContinuousClock.Instant) -> Bool
    {
        while streams.contains(where: \.open) {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return false }
            var polled = streams.map { pollfd(fd: $0.open ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0) }
            polled.append(pollfd(fd: feed.descriptor, events: Int16(POLLOUT), revents: 0))
            guard poll(&polled, nfds_t(polled.count), milliseconds(left)) >= 0 || errno == EINTR else { return false }
            for index in streams.indices where polled[index].revents != 0 { streams[index].take() }
            if polled[streams.count].revents != 0 { feed.give() }
        }
        return true
    }
}

/// A duration as poll(2) wants it, rounded up.
func milliseconds(_ duration: Duration) -> Int32 {
    let (seconds, attoseconds) = duration.components
    return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
}

extension String {
    /// The last lines, without empty ones.
    func lines(last count: Int) -> [String] {
        split(whereSeparator: \.isNewline).suffix(count).map(String.init)
    }
}
