/// Where a node is and how much may be asked of it.
public struct NodeEndpoint: Sendable, Hashable {
    /// The base address, such as `https://api.trongrid.io` or `http://127.0.0.1:8090`.
    public var url: String
    /// The base address of the solidified state, where that is another port (8091 of an own node). `nil` for the same.
    public var solidURL: String?
    /// What goes into `TRON-PRO-API-KEY`.
    public var apiKey: APIKey?
    /// Requests per second on average; `nil` for no limit.
    public var requestsPerSecond: Double?
    /// Requests that may go at once after a pause.
    public var burst: Int

    /// A node.
    public init(
        url: String,
        solidURL: String? = nil,
        apiKey: APIKey? = nil,
        requestsPerSecond: Double? = nil,
        burst: Int = 10
    ) {
        func trimmed(_ text: String) -> String {
            var text = text
            while text.hasSuffix("/") { text.removeLast() }
            return text
        }
        self.url = trimmed(url)
        self.solidURL = solidURL.map(trimmed)
        self.apiKey = apiKey
        self.requestsPerSecond = requestsPerSecond
        self.burst = max(1, burst)
    }

    /// Host and port, the node's name in errors and metrics.
    public var name: String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let authority = rest.prefix { $0 != "/" }
        return String(authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority)
    }

    func address(of request: NodeRequest) -> String {
        (request.isSolid ? solidURL ?? url : url) + request.path
    }
}

/// A key for a node's service. No text of it appears by accident.
public struct APIKey: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let value: String

    /// - Returns: `nil` unless it is 1 to 200 printable ASCII characters, as a header needs.
    public init?(_ value: String) {
        guard (1...200).contains(value.utf8.count), value.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        self.value = value
    }

    /// Never the key.
    public var description: String { "API key" }
    /// Nothing to see.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
