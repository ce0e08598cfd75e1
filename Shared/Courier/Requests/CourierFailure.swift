/// Why no answer came.
public struct CourierFailure: Error, Sendable, Hashable {
    /// The kind of failure; the raw value is what is stored of an attempt.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The target is, or resolves to, an address that nothing may be sent to. No connection was made.
        case refusedAddress = "refused_address"
        /// The name has no address, or the resolver did not answer in time.
        case unresolved
        /// No connection could be made.
        case unreachable
        /// No complete answer came in time.
        case timedOut = "timed_out"
        /// The certificate is not trusted or for another name, or no TLS of version 1.2 or later could be agreed on.
        case tls
        /// The head of the answer is larger than any server means.
        case tooLarge = "too_large"
        /// The connection ended before the answer was complete.
        case cut
        /// What came is no answer in HTTP/1.1 (or SMTP).
        case badAnswer = "bad_answer"
        /// The mail relay has refused the message, the login or all recipients; see ``CourierFailure/status``.
        case refusedMail = "refused_mail"
        /// The request cannot be sent as it is: a header or address with line breaks, a body that is too long.
        case invalidRequest = "invalid_request"
        /// As much is under way as is allowed at once; nothing was sent.
        case overloaded
        /// The caller's task was cancelled; the request may have arrived.
        case cancelled
        /// The courier was shut down; the request may have arrived.
        case stopped
    }

    /// The part to switch on.
    public var code: Code
    /// In words, for people; no secrets.
    public var reason: String
    /// The address that was connected to, or was to be, as far as it came.
    public var address: String?
    /// The HTTP status, where the answer had begun, or the code of the mail relay's reply.
    public var status: Int?
    /// From the call to the failure.
    public var latency: Duration

    /// A failure of these parts.
    public init(
        _ code: Code,
        _ reason: String,
        address: String? = nil,
        status: Int? = nil,
        latency: Duration = .zero
    ) {
        self.code = code
        self.reason = reason
        self.address = address
        self.status = status
        self.latency = latency
    }
}

extension CourierFailure: CustomStringConvertible {
    /// `timed_out (192.0.2.1): no answer within 15 s`
    public var description: String {
        "\(code.rawValue)\(address.map { " (\($0))" } ?? ""): \(reason)"
    }
}
