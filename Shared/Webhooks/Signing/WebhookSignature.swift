internal import Crypto
internal import FoundationEssentials
public import Models

/// The names of a webhook's headers, in lower case (Standard Webhooks 1.0.0).
public enum WebhookHeaderName {
    /// The same on every attempt: what a receiver knows repetitions by.
    public static let id = "webhook-id"
    /// When this attempt was made, in seconds since 1970.
    public static let timestamp = "webhook-timestamp"
    /// One signature for each secret that is valid.
    public static let signature = "webhook-signature"
}

/// Signs webhooks and checks what was signed, by the scheme `v1` of Standard Webhooks 1.0.0: HMAC-SHA256 of
/// `{id}.{timestamp}.{body}`, over exactly the bytes that are sent.
///
/// Source: standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
public enum WebhookSignature {
    /// How far a receiver's clock may be from the sender's, either way: five minutes, as in the reference libraries.
    public static let tolerance: Duration = .seconds(300)

    /// Whether an id can be signed. A dot in it would let a signature mean another id, timestamp and body.
    public static func isSignable(id: String) -> Bool {
        !id.isEmpty && id.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ".") }
    }

    /// The header `webhook-signature`: `v1,` and base64 for each secret, with blanks between; empty without secrets.
    /// - Parameters:
    ///   - id: the header `webhook-id`; must be signable (``isSignable(id:)``), or no receiver should take it.
    ///   - timestamp: the header `webhook-timestamp`: seconds since 1970.
    ///   - body: as it is sent, byte by byte.
    ///   - secrets: all that are valid, the newest first.
    public static func header(id: String, timestamp: Int64, body: [UInt8], secrets: [WebhookSecret]) -> String {
        secrets.map { "v1," + Base64.text(code(id, timestamp, body, $0)) }.joined(separator: " ")
    }

    /// Checks what was received. Takes as long for a wrong signature as for a right one.
    /// - Parameters:
    ///   - id: the header `webhook-id`.
    ///   - timestamp: the header `webhook-timestamp`: seconds since 1970.
    ///   - body: as it came, byte by byte.
    ///   - header: the header `webhook-signature`; one of its signatures has to fit, unknown versions are passed over.
    ///   - secret: the one that the receiver holds.
    ///   - now: the receiver's time.
    ///   - tolerance: how far the timestamp may be from it, either way.
    public static func verify(
        id: String,
        timestamp: Int64,
        body: [UInt8],
        header: String,
        secret: WebhookSecret,
        now: Timestamp,
        tolerance: Duration = tolerance
    ) throws(WebhookSignatureError) {
        guard isSignable(id: id) else { throw .badID }
        let age = Duration.milliseconds(now.milliseconds) - .seconds(timestamp)
        guard age <= tolerance else { throw .tooOld }
        guard age >= .zero - tolerance else { throw .tooNew }
        let expected = code(id, timestamp, body, secret)
        var known = 0
        var fitting = 0
        for entry in header.split(separator: " ") where entry.hasPrefix("v1,") {
            known += 1
            // The comparison of authentication codes takes constant time.
            if let given = Base64.bytes(String(entry.dropFirst(3))), expected == given { fitting += 1 }
        }
        guard known > 0 else { throw .noSignature }
        guard fitting > 0 else { throw .mismatch }
    }

    private static func code(
        _ id: String,
        _ timestamp: Int64,
        _ body: [UInt8],
        _ secret: WebhookSecret
    ) -> HMAC<SHA256>.MAC {
        var code = HMAC<SHA256>(key: SymmetricKey(data: secret.bytes))
        code.update(data: Array("\(id).\(timestamp).".utf8))
        code.update(data: body)
        return code.finalize()
    }
}

/// Why a webhook is not to be trusted.
public enum WebhookSignatureError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `webhook-id` is empty or has a dot, a blank or a character outside ASCII.
    case badID
    /// `webhook-timestamp` is further back than the tolerance: an old message sent again, or a wrong clock.
    case tooOld
    /// `webhook-timestamp` is further ahead than the tolerance.
    case tooNew
    /// `webhook-signature` has no signature of version `v1`.
    case noSignature
    /// No signature fits: another secret, or another id, timestamp or body than was signed.
    case mismatch

    /// What was wrong, by the header's name.
    public var description: String {
        switch self {
        case .badID: "webhook-id is empty or has a character that may not be in it"
        case .tooOld: "webhook-timestamp is too old"
        case .tooNew: "webhook-timestamp is too far ahead"
        case .noSignature: "webhook-signature has no signature of version v1"
        case .mismatch: "webhook-signature does not fit"
        }
    }
}
