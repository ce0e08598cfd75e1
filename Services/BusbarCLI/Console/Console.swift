internal import Glibc
internal import Synchronization

/// Where the command line speaks to a person: progress, tables, warnings.
///
/// Colours and moving lines appear on a terminal alone, and colours not when `NO_COLOR` is set.
final class Console: Sendable {
    /// Which stream it writes to.
    enum Stream: Sendable {
        case output
        case errors
    }

    let isTerminal: Bool
    private let descriptor: Int32
    private let colours: Bool
    /// What stands in the last line of the terminal and may be written over.
    private let live = Mutex("")

    init(_ stream: Stream = .output) {
        descriptor = stream == .output ? STDOUT_FILENO : STDERR_FILENO
        let dumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
        isTerminal = isatty(descriptor) == 1 && !dumb
        let noColour = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        colours = isTerminal && !noColour
    }

    /// The ways text can be marked.
    enum Style: String, Sendable {
        case good = "32"
        case bad = "31"
        case warning = "33"
        case quiet = "2"
        case strong = "1"
    }

    func styled(_ text: String, _ style: Style) -> String {
        colours ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Writes a line, above the live one.
    func line(_ text: String = "") {
        live.withLock { live in
            write(isTerminal && !live.isEmpty ? "\r\u{1B}[K\(text)\n\(live)" : text + "\n")
        }
    }

    /// Replaces the live line of a terminal; elsewhere does nothing.
    func live(_ text: String) {
        guard isTerminal else { return }
        live.withLock { live in
            live = text
            write("\r\u{1B}[K" + text)
        }
    }

    func good(_ text: String) { line(styled("✔", .good) + " " + text) }
    func bad(_ text: String) { line(styled("✘", .bad) + " " + text) }
    func warning(_ text: String) { line(styled("!", .warning) + " " + text) }

    /// Does a step and tells how long it took; while it runs, a terminal shows the seconds.
    func step<Result: Sendable>(
        _ name: String,
        _ body: () async throws -> (Result, String)
    ) async throws -> Result {
        let start = ContinuousClock.now
        let ticker = isTerminal ? Task { await tick(name, since: start) } : nil
        do {
            let (result, remark) = try await body()
            ticker?.cancel()
            live("")
            let took = styled(DurationText.seconds(since: start), .quiet)
            good("\(name) \(took)\(remark.isEmpty ? "" : "  \(remark)")")
            return result
        } catch {
            ticker?.cancel()
            live("")
            bad("\(name) failed after \(DurationText.seconds(since: start))")
            throw error
        }
    }

    private func tick(_ name: String, since start: ContinuousClock.Instant) async {
        while !Task.isCancelled {
            live("… \(name) \(styled(DurationText.seconds(since: start), .quiet))")
            do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
        }
    }

    private func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // A reader that has gone away is no reason to stop a stack.
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
