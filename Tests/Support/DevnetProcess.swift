public import LocalStack

/// A devnet that a test has started, on a port that nobody else can have taken.
public struct DevnetProcess: Sendable {
    /// The devnet itself.
    public let process: ChildProcess
    /// Where it listens: `http://127.0.0.1:20123`.
    public let url: String

    /// Starts a devnet and waits until it has printed where it listens.
    ///
    /// - Parameters:
    ///   - executable: its path.
    ///   - blockInterval: time between blocks, as on the command line: `200ms`.
    ///   - directory: where it works, and leaves its log.
    public static func start(
        _ executable: String,
        blockInterval: String,
        in directory: String
    ) async throws -> DevnetProcess {
        let log = directory + "/devnet.log"
        let process = try Launch(
            executable,
            ["--port", "0", "--block-interval", blockInterval],
            directory: directory
        ).logging(to: log).start(ward: .terminate)
        let deadline = ContinuousClock.now + .patient(.seconds(30))
        while process.isRunning, ContinuousClock.now < deadline, !Task.isCancelled {
            // The last line may still be written.
            let lines = (LocalFile.read(log) ?? "").split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let url = lines.first(where: { $0.hasPrefix("http://") }) {
                return DevnetProcess(process: process, url: String(url))
            }
            // Another process writes a file; nothing else tells.
            try? await Task.sleep(for: .milliseconds(20))
        }
        let end = await process.stop(grace: .seconds(5))
        let words = LocalFile.tail(log, lines: 5)
        throw TestSupportError("the devnet did not start and \(end.map(String.init(describing:)) ?? "hangs"): \(words)")
    }
}
