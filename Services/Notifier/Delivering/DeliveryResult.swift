internal import Models
internal import Planning

/// One attempt as it is kept.
struct AttemptRecord: Sendable {
    let startedAt: Timestamp
    let latency: Duration
    /// `delivered`, or why not, in one word.
    let outcome: String
    let status: Int32?
    /// The address that was connected to.
    let address: String?
    /// In words, what went wrong.
    let detail: String?
    /// The first kilobyte of the answer.
    let answer: String?

    var latencyMilliseconds: Int32 { Int32(clamping: Int64(latency / .milliseconds(1))) }
}

/// What an attempt means for its delivery.
enum Resolution: Sendable, Hashable {
    case delivered
    /// Given up; people may replay it.
    case dead(String)
    /// Tried again then.
    case again(Timestamp)

    /// Of what has ended.
    var name: String? {
        switch self {
        case .delivered: "delivered"
        case .dead: "dead"
        case .again: nil
        }
    }

    var reason: String? {
        if case .dead(let reason) = self { reason } else { nil }
    }

    var dueAt: Timestamp? {
        if case .again(let time) = self { time } else { nil }
    }
}

/// An attempt, what it means for its delivery, and for its endpoint.
struct DeliveryResult: Sendable {
    let delivery: PendingDelivery
    let endpoint: Endpoint
    let attempt: AttemptRecord
    let resolution: Resolution
    /// The receiver wants no more.
    let isGone: Bool
}

/// What some attempts tell of an endpoint's health.
struct HealthChange: Sendable, Hashable {
    let endpoint: UUIDv7
    /// Failures since the last success.
    var failures = 0
    var firstFailure: Timestamp?
    var lastSuccess: Timestamp?
    var lastFailure: Timestamp?
    var lastError: String?

    init(_ endpoint: UUIDv7) { self.endpoint = endpoint }

    /// One change for each endpoint, from attempts in their order.
    static func folding(_ results: [DeliveryResult]) -> [HealthChange] {
        var changes: [UUIDv7: HealthChange] = [:]
        for result in results {
            let time = result.attempt.startedAt + result.attempt.latency
            changes[result.endpoint.id, default: HealthChange(result.endpoint.id)].note(result, at: time)
        }
        return changes.values.sorted { $0.endpoint < $1.endpoint }
    }

    private mutating func note(_ result: DeliveryResult, at time: Timestamp) {
        if result.resolution == .delivered {
            failures = 0
            firstFailure = nil
            lastSuccess = time
        } else {
            failures += 1
            firstFailure = firstFailure ?? time
            lastFailure = time
            lastError = result.attempt.detail ?? result.attempt.outcome
        }
    }
}
