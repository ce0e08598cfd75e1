public import Models

/// What an attempt to deliver means for what comes next.
public enum AttemptOutcome: Sendable, Hashable {
    /// Why an attempt that may be repeated came to nothing.
    public enum FailureKind: String, Sendable, CaseIterable {
        /// No whole answer in time.
        case timedOut = "timed_out"
        /// Nobody answers at its address.
        case unreachable
        /// Its name has no address.
        case unresolved
        /// Its address is one that Busbar does not connect to.
        case refusedAddress = "refused_address"
        /// No trusted connection: a wrong name, an unknown issuer, an old version.
        case tls
        /// Its answer is longer than any it should give.
        case tooLarge = "too_large"
        /// The connection ended before the answer did.
        case cut
        /// It answered with a status that is no success.
        case status
        /// Nothing was sent, for the endpoint cannot be used as it is registered.
        case notSent = "not_sent"
    }

    /// The receiver has it.
    case delivered
    /// Try again by the schedule.
    case failed(FailureKind)
    /// The receiver wants to be left alone for a while: what it asked for, if it did. Try again by the schedule, not earlier.
    case throttled(retryAfter: Duration?)
    /// The receiver wants no more: the endpoint is disabled.
    case gone
    /// No other try will be answered otherwise: this delivery is given up.
    case refused

    /// As it is stored and counted: `delivered`, `throttled`, `gone`, `refused`, or the kind of failure.
    public var name: String {
        switch self {
        case .delivered: "delivered"
        case .failed(let kind): kind.rawValue
        case .throttled: "throttled"
        case .gone: "gone"
        case .refused: "refused"
        }
    }
}

/// What a receiver's answer means.
///
/// Of webhooks, by Standard Webhooks 1.0.0: 2xx is success, 410 the end; a receiver or a proxy before it that is overloaded
/// (429, 502, 503, 504) is left alone for longer; everything else, redirects too, is a failure, for receivers get mended. A
/// chat says by 400, 401, 403, 404 and 413 that this message or this address is wrong for good. A mail relay says it by
/// 5xx (RFC 5321), except about who we are (530, 534, 535, 538), which operations mend.
/// - Parameters:
///   - status: of HTTP; of SMTP for e-mail.
///   - retryAfter: what the answer asks for, if anything.
public func judge(channel: NotificationChannel, status: Int, retryAfter: Duration?) -> AttemptOutcome {
    if (200...299).contains(status) { return .delivered }
    switch channel {
    case .webhook:
        switch status {
        case 410: return .gone
        case 429, 502, 503, 504: return .throttled(retryAfter: retryAfter)
        default: return .failed(.status)
        }
    case .slack, .discord, .telegram:
        switch status {
        case 410: return .gone
        case 429: return .throttled(retryAfter: retryAfter)
        case 400, 401, 403, 404, 413: return .refused
        default: return .failed(.status)
        }
    case .email:
        switch status {
        case 530, 534, 535, 538: return .failed(.status)
        case 500...599: return .refused
        default: return .failed(.status)
        }
    }
}
