public import Webhooks

/// One POST.
public struct CourierRequest: Sendable {
    /// Where to.
    public var url: TargetURL
    /// Sent as they are, `content-type` and `user-agent` among them. What belongs to the connection (`host`,
    /// `content-length`, `transfer-encoding` …) is refused.
    public var headers: [(name: String, value: String)]
    /// Sent byte by byte; at most ``maximumBody`` bytes.
    public var body: [UInt8]
    /// For everything, resolving the name included.
    public var timeout: Duration

    /// The longest body. Bytes.
    public static let maximumBody = 1024 * 1024

    /// Nothing is checked or sent here.
    public init(
        url: TargetURL,
        headers: [(name: String, value: String)],
        body: [UInt8],
        timeout: Duration = .seconds(15)
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// What came back, whatever the status says.
public struct CourierAnswer: Sendable {
    /// The HTTP status: 200, 302, 500 … Redirects are not followed.
    public var status: Int
    /// By names in lower case; of several with one name the last. At most ``CourierAnswer/maximumHeaders``, each at most
    /// 1 KB.
    public var headers: [String: String]
    /// The first ``CourierAnswer/keptBody`` bytes.
    public var body: [UInt8]
    /// Whether the answer was longer than ``CourierAnswer/readBody``; the rest was not read.
    public var isCut: Bool
    /// The address that was connected to: `192.0.2.1`.
    public var address: String
    /// Whether it lies in one of the allowed networks: what it answered is not for partners' eyes.
    public var isInside: Bool
    /// From the call to the last byte read.
    public var latency: Duration

    /// How many headers are kept.
    public static let maximumHeaders = 32
    /// How much of an answer is kept. Bytes.
    public static let keptBody = 4 * 1024
    /// How much of an answer is read. Bytes.
    public static let readBody = 64 * 1024

    /// An answer of these parts.
    public init(
        status: Int,
        headers: [String: String] = [:],
        body: [UInt8] = [],
        isCut: Bool = false,
        address: String = "",
        isInside: Bool = false,
        latency: Duration = .zero
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isCut = isCut
        self.address = address
        self.isInside = isInside
        self.latency = latency
    }
}
