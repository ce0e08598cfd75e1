/// The server that takes our mail. It is operations' own choice, so its address is not judged.
public struct SMTPRelay: Sendable {
    /// How the connection is protected.
    public enum Security: String, Sendable {
        /// TLS from the first byte (`smtps://`, port 465).
        case tls
        /// TLS after the greeting, or nothing is sent (`smtp://`, port 587).
        case startTLS
        /// None: only where the relay is this machine or a test.
        case none
    }

    /// A DNS name or an address; the certificate is checked against it.
    public var host: String
    /// TCP port.
    public var port: UInt16
    /// How the connection is protected.
    public var security: Security
    /// Whom to log in as; `nil` logs in as nobody.
    public var user: String?
    /// The password of ``user``; never part of ``description``.
    public var password: String?
    /// Whom mail is from.
    public var sender: MailAddress

    /// Reads `smtps://relay.example`, `smtp://relay.example:587` (with STARTTLS).
    ///
    /// - Parameter allowsPlaintext: `smtp://` without TLS at all.
    /// - Throws: what is wrong with the URL.
    public init(
        url: String,
        user: String? = nil,
        password: String? = nil,
        sender: MailAddress,
        allowsPlaintext: Bool = false
    ) throws(MailError) {
        let parts = url.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 || parts.count == 4 && parts[3].isEmpty, parts[1].isEmpty,
            ["smtp:", "smtps:"].contains(parts[0].lowercased())
        else { throw MailError("the relay must read smtp://host:port or smtps://host:port") }
        let isTLS = parts[0].lowercased() == "smtps:"
        let authority = parts[2]
        let pieces = authority.split(separator: ":", omittingEmptySubsequences: false)
        let isName = pieces.first.map { piece in
            !piece.isEmpty && !piece.hasPrefix("-")
                && piece.utf8.allSatisfy { $0.isNameCharacter }
        }
        guard isName == true, let name = pieces.first, pieces.count <= 2 else {
            throw MailError("the relay's host \"\(authority)\" is neither a name nor an IPv4 address")
        }
        host = name.lowercased()
        if pieces.count == 2 {
            guard let number = UInt16(pieces[1]), number > 0 else {
                throw MailError("the relay's port \"\(pieces[1])\" is not a number from 1 to 65535")
            }
            port = number
        } else {
            port = isTLS ? 465 : 587
        }
        guard (user == nil) == (password == nil) else {
            throw MailError("the relay needs both user and password, or none")
        }
        security = isTLS ? .tls : allowsPlaintext ? .none : .startTLS
        self.user = user
        self.password = password
        self.sender = sender
    }
}

extension SMTPRelay: CustomStringConvertible {
    /// Without user and password.
    public var description: String { "\(security == .tls ? "smtps" : "smtp")://\(host):\(port)" }
}

extension UInt8 {
    /// Letters, digits, hyphen, dot, underscore.
    var isNameCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
