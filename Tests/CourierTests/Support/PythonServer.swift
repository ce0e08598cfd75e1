internal import LocalStack
internal import TestSupport

/// A small server in Python, for protocols that nothing here speaks: it prints a line with its port, then a line for
/// each thing that happens.
struct PythonServer: Sendable {
    private struct DidNotStart: Error, CustomStringConvertible {
        let description: String
    }

    let port: UInt16
    private let log: String

    /// What it has printed since.
    var lines: [String] {
        (LocalFile.read(log) ?? "").split(separator: "\n").dropFirst().map(String.init)
    }

    /// Runs `body` beside the server.
    /// - Parameters:
    ///   - python: the interpreter.
    ///   - source: the program.
    ///   - arguments: its words.
    static func with<Result>(
        _ source: String,
        _ arguments: [String],
        python: String = "python3",
        in directory: String,
        _ body: (PythonServer) async throws -> Result
    ) async throws -> Result {
        let log = "\(directory)/server-\(UInt32.random(in: 0 ... .max)).log"
        var launch = Launch(python, ["-u", "-c", source] + arguments, directory: directory)
        launch.output = .file(log)
        launch.errors = .file(log + ".errors")
        let process = try launch.start(ward: .kill)
        do {
            let port = try await port(of: process, log)
            let result = try await body(PythonServer(port: port, log: log))
            await process.stop(grace: .seconds(5))
            return result
        } catch {
            await process.stop(grace: .seconds(5))
            throw error
        }
    }

    private static func port(of process: ChildProcess, _ log: String) async throws -> UInt16 {
        let deadline = ContinuousClock.now + .patient(.seconds(20))
        while process.isRunning, ContinuousClock.now < deadline, !Task.isCancelled {
            let lines = (LocalFile.read(log) ?? "").split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let port = lines.first.flatMap({ UInt16($0) }) { return port }
            // Another process writes a file; nothing else tells.
            try await Task.sleep(for: .milliseconds(20))
        }
        throw DidNotStart(description: "the server did not start: \(LocalFile.tail(log + ".errors", lines: 5))")
    }
}
