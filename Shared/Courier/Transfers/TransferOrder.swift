internal import Webhooks

/// One transfer, complete: nothing of it is left to look up.
struct TransferOrder: Sendable {
    enum Content: Sendable {
        /// Header lines as curl takes them, and the body.
        case post(headers: [String], body: [UInt8])
        case mail(MailEnvelope, SMTPRelay)
    }

    /// Who may be connected to.
    enum Guard: Sendable {
        case policy(AddressPolicy, TargetURL.Scheme)
        /// Operations' own choice.
        case none
    }

    var url: String
    /// The only address that is connected to.
    var address: IPAddress
    var guarding: Guard
    var content: Content
    var timeout: Duration
    var connectTimeout: Duration

    /// Why the address may not be connected to.
    func refusal(of address: IPAddress) -> String? {
        guard address == self.address else { return "\(address) is not \(self.address), which was judged" }
        switch guarding {
        case .policy(let policy, let scheme): return policy.verdict(address, for: scheme)?.description
        case .none: return nil
        }
    }
}

/// What is to be done, before it is known at which address of a host.
struct Errand: Sendable {
    var host: String
    var url: String
    var guarding: TransferOrder.Guard
    var content: TransferOrder.Content
    var deadline: ContinuousClock.Instant
    /// For all addresses together.
    var connectTimeout: Duration
}

/// How a transfer ended, as libcurl tells it.
struct TransferEnd: Sendable {
    enum Cause: Sendable {
        /// libcurl's word; 0 is success.
        case library(Int32)
        case cancelled
        case stopped
        case overloaded
        /// It could not be begun.
        case broken
    }

    var cause: Cause
    /// libcurl's reason, or what was refused.
    var text: String = ""
    /// HTTP, or SMTP.
    var status: Int = 0
    /// Whether a connection was made, and TLS agreed on.
    var isConnected = false
    var isSecured = false
    var answer = AnswerBuffer()
    /// Why the address was refused at the last moment.
    var refusal: String?
}
