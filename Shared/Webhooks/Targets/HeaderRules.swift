/// Which headers an endpoint may have added to its requests: `Authorization` and `X-…`, so that a receiver can tell us
/// from others, and nothing that means something to servers and proxies on the way.
public enum HeaderRules {
    /// How many an endpoint may have.
    public static let maximumCount = 16
    /// Name and value together. Bytes.
    public static let maximumLength = 1024

    /// Checks all own headers of an endpoint.
    /// - Throws: what is wrong with the first that may not be sent.
    public static func check(_ headers: [(name: String, value: String)]) throws(HeaderRulesError) {
        guard headers.count <= maximumCount else { throw .tooMany(headers.count) }
        var seen: Set<String> = []
        for (name, value) in headers {
            try check(name: name, value: value)
            guard seen.insert(name.lowercased()).inserted else { throw .twice(name) }
        }
    }

    /// Checks one own header of an endpoint.
    /// - Throws: why it may not be sent.
    public static func check(name: String, value: String) throws(HeaderRulesError) {
        guard isToken(name) else { throw .badName(name) }
        let lower = name.lowercased()
        guard lower == "authorization" || lower.hasPrefix("x-") && lower.utf8.count > 2 else { throw .notAllowed(name) }
        if let reserved = reserved.first(where: { lower == $0 || $0.hasSuffix("-") && lower.hasPrefix($0) }) {
            throw .reserved(name, as: reserved)
        }
        guard isFieldValue(value) else { throw .badValue(of: name) }
        guard !value.isEmpty else { throw .emptyValue(of: name) }
        let length = name.utf8.count + value.utf8.count
        guard length <= maximumLength else { throw .tooLong(name, length) }
    }

    /// Whether the text can be a header's name: a token of RFC 9110.
    public static func isToken(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0.isLetter || $0.isDigit || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    /// Whether the text can be a header's value without ending the header: printable ASCII, no space at either end.
    public static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !value.hasPrefix(" ") && !value.hasSuffix(" ")
    }

    /// Exact names, and beginnings that end with a hyphen: what proxies tell servers about a request's origin or meaning,
    /// and what opens metadata services.
    private static let reserved = [
        "x-forwarded-", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-", "x-rewrite-url", "x-host",
        "x-http-method", "x-http-method-override", "x-method-override", "x-accel-", "x-sendfile", "x-envoy-",
        "x-aws-ec2-metadata-", "x-google-metadata-", "x-metadata-token",
    ]
}

/// Why a header may not be sent.
public enum HeaderRulesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// More than ``HeaderRules/maximumCount``.
    case tooMany(Int)
    /// The name is given more than once.
    case twice(String)
    /// Not the name of a header.
    case badName(String)
    /// Neither `Authorization` nor `X-…`.
    case notAllowed(String)
    /// It means something to servers or proxies on the way.
    case reserved(String, as: String)
    /// Line breaks, other control characters, letters outside ASCII, or spaces at an end.
    case badValue(of: String)
    /// Nothing to send.
    case emptyValue(of: String)
    /// Longer than ``HeaderRules/maximumLength`` bytes with its name.
    case tooLong(String, Int)

    /// What is wrong, and what is allowed. Values, which may be secret, are not shown.
    public var description: String {
        switch self {
        case .tooMany(let count): "\(count) own headers; at most \(HeaderRules.maximumCount) are allowed"
        case .twice(let name): "the header \(name) is given twice"
        case .badName(let name): "\(String(reflecting: name)) cannot be the name of a header"
        case .notAllowed(let name): "the header \(name) cannot be set: Authorization and names beginning with X- can"
        case .reserved(let name, let rule):
            "the header \(name) cannot be set: \(rule)\(rule.hasSuffix("-") ? "…" : "") means something on the way"
        case .badValue(let name):
            "the value of \(name) may have printable ASCII only, no line breaks, and no spaces at its ends"
        case .emptyValue(let name): "the header \(name) has no value"
        case .tooLong(let name, let length):
            "the header \(name) has \(length) bytes; at most \(HeaderRules.maximumLength) are allowed"
        }
    }
}
