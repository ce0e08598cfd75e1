/// Ctrl-C and SIGTERM as the regular end of a command that would go on for ever.
enum Interruption {
    /// Runs `body` until it ends; a signal cancels it and is no error.
    static func cancels(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return false
            }
            group.addTask {
                for await _ in Signals.stream() { return true }
                return false
            }
            let isInterrupted = try await group.next() ?? false
            group.cancelAll()
            do {
                while try await group.next() != nil {}
            } catch {
                // Cancelled, it fails as cancelled things do.
                guard isInterrupted else { throw error }
            }
        }
    }
}
