/// Why a source gave nothing that can be used.
public struct PriceFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is; the set may grow.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// As it is stored and counted.
        public let description: String

        /// - Parameter name: `lower_case`, as it is stored and counted.
        public init(_ name: String) { description = name }

        /// Nobody answered at its address.
        public static let unreachable = Code("unreachable")
        /// No whole answer within the limit.
        public static let timedOut = Code("timed_out")
        /// It wants to be asked less often (429).
        public static let throttled = Code("throttled")
        /// It is broken (5xx).
        public static let serverError = Code("server_error")
        /// It does not want to answer: any other status, or an error in its answer.
        public static let refused = Code("refused")
        /// Its answer is not what its protocol says.
        public static let badAnswer = Code("bad_answer")
        /// Its answer is longer than any it should give.
        public static let tooLarge = Code("too_large")
        /// What it tells is older than what is known, or than what may count as present.
        public static let behind = Code("behind")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What was wrong and where, for people; at most 200 characters, none of them a control character.
    public let detail: String
    /// How long it wants to be left alone.
    public var retryAfter: Duration?

    /// - Parameter detail: control characters are dropped, as a database stores no U+0000 and a terminal obeys others;
    ///   the rest is cut to 200 Unicode scalars.
    public init(_ code: Code, _ detail: String, retryAfter: Duration? = nil) {
        self.code = code
        let shown = detail.unicodeScalars.lazy.filter { $0.properties.generalCategory != .control }
        self.detail = String(String.UnicodeScalarView(shown.prefix(200)))
        self.retryAfter = retryAfter
    }

    /// Whether asking again later may help: always, for whoever runs a source mends it some day.
    public var isRetriable: Bool { true }

    /// The code and the detail.
    public var description: String { "\(code): \(detail)" }
}

extension PriceFault {
    /// What a status other than success means; `nil` for success.
    public init?(status: Int, retryAfter: Duration?) {
        switch status {
        case 200: return nil
        case 429, 418: self.init(.throttled, "status \(status)", retryAfter: retryAfter)
        case 500...599: self.init(.serverError, "status \(status)", retryAfter: retryAfter)
        default: self.init(.refused, "status \(status)", retryAfter: retryAfter)
        }
    }
}
