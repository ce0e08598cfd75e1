/// What went wrong in a call to a supplier of energy.
///
/// Which of them mean that nothing was bought is decided by a table in Planning, from the call, the code and the stage.
public struct SupplierFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure. An open set: suppliers invent new ones.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// Its name in events, tables and metrics, in snake case.
        public let rawValue: String

        /// - Parameter rawValue: a name in snake case.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Its name.
        public var description: String { rawValue }

        /// The supplier says no, for a reason of its own.
        public static let refused = Code(rawValue: "refused")
        /// Our prepaid balance with the supplier, or the purchasing wallet, does not suffice.
        public static let insufficientBalance = Code(rawValue: "insufficient_balance")
        /// The order would cost more than was quoted.
        public static let priceChanged = Code(rawValue: "price_changed")
        /// The supplier has not so much energy now.
        public static let unavailable = Code(rawValue: "unavailable")
        /// The supplier is closed for maintenance.
        public static let maintenance = Code(rawValue: "maintenance")
        /// Too many calls; ``SupplierFault/retryAfter`` says until when, if the supplier does.
        public static let rateLimited = Code(rawValue: "rate_limited")
        /// The supplier calls the request wrong: a fault of ours, which another try does not mend.
        public static let invalidRequest = Code(rawValue: "invalid_request")
        /// Our key or signature is not accepted.
        public static let unauthorized = Code(rawValue: "unauthorized")
        /// The supplier does not know what was asked for.
        public static let notFound = Code(rawValue: "not_found")
        /// The supplier has this very purchase already, from an earlier call.
        public static let alreadyPlaced = Code(rawValue: "already_placed")
        /// The supplier has no such call; asking otherwise is the caller's part.
        public static let notOffered = Code(rawValue: "not_offered")
        /// No connection came about.
        public static let notConnected = Code(rawValue: "not_connected")
        /// The time allowed was over before an answer came.
        public static let timeout = Code(rawValue: "timeout")
        /// The connection ended before an answer came.
        public static let noAnswer = Code(rawValue: "no_answer")
        /// An answer of status 5xx or the supplier's own name for it.
        public static let serverError = Code(rawValue: "server_error")
        /// An answer that cannot be read, or contradicts what was asked.
        public static let badAnswer = Code(rawValue: "bad_answer")
    }

    /// How far the call had come.
    public enum Stage: String, Sendable, Codable {
        /// Nothing had left this process.
        case notSent
        /// It may have reached the supplier; no answer was read.
        case sent
        /// The supplier answered.
        case answered
    }

    /// The kind of failure.
    public var code: Code
    /// How far the call had come.
    public var stage: Stage
    /// For people: the supplier's own words, without secrets, cut to 500 characters.
    public var detail: String
    /// How long the supplier asks to be left alone.
    public var retryAfter: Duration?

    /// - Parameter detail: cut to 500 characters.
    public init(_ code: Code, _ stage: Stage, _ detail: String, retryAfter: Duration? = nil) {
        self.code = code
        self.stage = stage
        self.detail = String(detail.prefix(500))
        self.retryAfter = retryAfter
    }

    /// Code, stage and detail in one line.
    public var description: String { "\(code) (\(stage.rawValue)): \(detail)" }
}
