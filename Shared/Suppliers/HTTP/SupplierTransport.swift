public import Models

/// One call of a supplier's HTTP API.
public struct HTTPCall: Sendable, CustomStringConvertible, CustomReflectable {
    /// The two methods that suppliers use.
    public enum Method: String, Sendable {
        /// Reads.
        case get = "GET"
        /// Everything else.
        case post = "POST"
    }

    /// How.
    public var method: Method
    /// Where: the whole address with its query, exactly as it is sent.
    public var url: String
    /// Headers besides the transport's own. They may hold secrets and appear nowhere else.
    public var headers: [(name: String, value: String)]
    /// The bytes of the body; empty for none.
    public var body: [UInt8]
    /// What the call is, for metrics: a few fixed words such as `place`.
    public var purpose: String

    /// A call.
    public init(
        _ method: Method,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        purpose: String
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.purpose = purpose
    }

    /// Method and address without its query; neither headers nor body.
    public var description: String { "\(method.rawValue) \(url.prefix { $0 != "?" })" }
    /// No more than ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["call": description]) }
}

/// What a supplier answered, of whatever status.
public struct SupplierAnswer: Sendable, Hashable {
    /// The HTTP status.
    public var status: Int
    /// What `Retry-After` asks for, at most an hour.
    public var retryAfter: Duration?
    /// The whole body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, retryAfter: Duration? = nil, body: [UInt8]) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
    }

    /// What the status alone says to be wrong; `nil` from 200 to 299.
    ///
    /// The body is not quoted: some suppliers put secrets there.
    public var fault: SupplierFault? {
        let code: SupplierFault.Code
        switch status {
        case 200..<300: return nil
        case 401, 403: code = .unauthorized
        case 409: code = .alreadyPlaced
        // A wrong path or something in front of the supplier: that it has never heard of an order takes its own words.
        case 404, 408, 425: code = .serverError
        case 429: code = .rateLimited
        case 400..<500: code = .invalidRequest
        default: code = .serverError
        }
        return SupplierFault(code, .answered, "HTTP status \(status)", retryAfter: retryAfter)
    }
}

/// How calls reach suppliers; injected, so that tests can look at the bytes.
public protocol SupplierTransport: Sendable {
    /// Sends a call once.
    /// - Throws: `not_connected` (`notSent`) when no connection came about; `timeout` or `no_answer` (`sent`) when the
    ///   request may have arrived. Every status is an answer.
    func answer(to call: HTTPCall) async throws(SupplierFault) -> SupplierAnswer
}
