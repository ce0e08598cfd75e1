/// Why a node does not accept a transaction. Nothing has changed then.
public struct Rejection: Error, Sendable, Hashable, CustomStringConvertible {
    /// The node's answer code, in the protocol's spelling. The raw value is its number.
    public enum Code: Int, Sendable, Hashable, CaseIterable {
        /// The signature is wrong or not allowed.
        case signature = 1
        /// The contract's parameters or the state forbid it.
        case contractValidation = 2
        /// It failed while executing.
        case contractExecution = 3
        /// Neither bandwidth nor TRX for the bytes or fees.
        case bandwidth = 4
        /// Known already, waiting or in a block.
        case duplicate = 5
        /// The reference block is not on this chain.
        case tapos = 6
        /// More than 500 KiB.
        case tooBig = 7
        /// Expired, or expiring later than a day ahead.
        case expiration = 8
        /// Too many are waiting.
        case serverBusy = 9
        /// The node has no peers.
        case noConnection = 10
        /// Anything else.
        case other = 20

        /// The word in the answer's `code`.
        public var name: String {
            switch self {
            case .signature: "SIGERROR"
            case .contractValidation: "CONTRACT_VALIDATE_ERROR"
            case .contractExecution: "CONTRACT_EXE_ERROR"
            case .bandwidth: "BANDWITH_ERROR"
            case .duplicate: "DUP_TRANSACTION_ERROR"
            case .tapos: "TAPOS_ERROR"
            case .tooBig: "TOO_BIG_TRANSACTION_ERROR"
            case .expiration: "TRANSACTION_EXPIRATION_ERROR"
            case .serverBusy: "SERVER_BUSY"
            case .noConnection: "NO_CONNECTION"
            case .other: "OTHER_ERROR"
            }
        }
    }

    /// The answer code.
    public var code: Code
    /// The reason in the node's words, without the prefix that a broadcast answer puts before it.
    public var reason: String

    /// A code and the reason.
    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// The message a broadcast answer carries.
    public var message: String {
        switch code {
        case .signature: "Validate signature error: \(reason)"
        case .contractValidation: "Contract validate error : \(reason)"
        case .contractExecution: "Contract execute error : \(reason)"
        case .bandwidth: "Account resource insufficient error."
        case .duplicate: "Dup transaction."
        case .tapos: "Tapos check error."
        case .expiration: "Transaction expired"
        case .serverBusy: "Server busy."
        case .noConnection: "No connection."
        case .tooBig: reason
        case .other: "Error: \(reason)"
        }
    }

    /// Code and reason.
    public var description: String { "\(code.name): \(reason)" }

    /// Whether the same bytes may succeed later without anyone changing anything.
    public var isRetriable: Bool { code == .serverBusy || code == .noConnection }

    static func invalid(_ reason: String) -> Rejection { Rejection(.contractValidation, reason) }
}
