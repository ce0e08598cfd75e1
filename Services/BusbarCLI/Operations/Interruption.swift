/// Ctrl-C and SIGTERM as the regular end of a command that would go on for ever.
enum Interruption {
    /// Runs `body`; a signal cancels it and is no error.
    static func cancels(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let work = Task { try await body() }
        let watch = Task {
            for await _ in Signals.stream() { work.cancel() }
        }
        defer { watch.cancel() }
        do {
            try await work.value
        } catch  where work.isCancelled {
            return
        }
    }
}
