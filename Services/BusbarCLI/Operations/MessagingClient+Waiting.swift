internal import Messaging

extension MessagingClient {
    /// Waits until both connections are there, and with them the topology is declared.
    /// - Throws: ``OperationError`` after the time.
    func waitUntilConnected(within limit: Duration = .seconds(10)) async throws {
        let deadline = ContinuousClock.now + limit
        while !state.publishing.isConnected || !state.consuming.isConnected {
            guard ContinuousClock.now < deadline else {
                let error = state.publishing.lastError ?? state.consuming.lastError
                throw OperationError("the broker cannot be reached: \(error.map { "\($0)" } ?? "no answer")")
            }
            // The client tells its state and no changes of it.
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
