/// Waits until a server that has just been started is ready, or has ended.
///
/// - Parameters:
///   - isReady: a cheap question, asked every 25 ms: neither server announces its readiness in a way all builds have.
/// - Throws: ``LocalStackError`` with code `ended` or `timeout`, and the end of the log.
func waitUntilReady(
    _ process: ChildProcess,
    called name: String,
    log: String,
    limit: Duration,
    _ isReady: @escaping @Sendable () -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while true {
        if let end = process.end {
            throw LocalStackError(
                .ended,
                "\(name) \(end) before it was ready",
                hint: "its log is \(log)",
                logTail: Files.tail(log)
            )
        }
        if await onOwnThread({ isReady() }) { return }
        guard ContinuousClock.now < deadline else {
            throw LocalStackError(
                .timeout,
                "\(name) was not ready after \(limit)",
                hint: "its log is \(log)",
                logTail: Files.tail(log)
            )
        }
        try await Task.sleep(for: .milliseconds(25))
    }
}
