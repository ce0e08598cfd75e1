extension MessagingError {
    static let publisherStopped = MessagingError(.stopped, "the client has stopped", call: "publish")
    static let publisherCancelled = MessagingError(.cancelled, "the caller was cancelled", call: "publish")

    /// Not all messages of a call were settled in time; says what is known of the reason.
    static func unconfirmed(_ state: MessagingState, isStarted: Bool) -> MessagingError {
        var reason = "not confirmed in time"
        if let blocked = state.blocked {
            reason += "; the broker takes no messages: \(blocked)"
        } else if !isStarted {
            reason += "; the client does not run"
        } else if let error = state.publishing.lastError, !state.publishing.isConnected {
            reason += "; not connected: \(error)"
        }
        return MessagingError(.timeout, reason, call: "publish")
    }
}
