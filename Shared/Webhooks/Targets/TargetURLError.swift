/// Why a URL cannot be a webhook's target.
public enum TargetURLError: Error, Sendable, CustomStringConvertible {
    /// Longer than ``TargetURL/maximumLength`` bytes.
    case tooLong(Int)
    /// No `https://` at its beginning.
    case badScheme
    /// http, but no network is allowed for it.
    case plainHTTP
    /// A character that URLs do not have, or that programs read differently, and its byte position from 0.
    case forbiddenCharacter(Unicode.Scalar, at: Int)
    /// `user:password@` before the host.
    case userInfo
    /// Something after `#`.
    case fragment
    /// No host.
    case noHost
    /// Not ASCII: the name has to be given in its encoded form.
    case internationalName
    /// The host is neither a name nor an address; the reason in words.
    case badHost(String, reason: String)
    /// Digits that some programs take for an address, and which.
    case obscureAddress(String, meaning: IPAddress?)
    /// Not 1…65535.
    case badPort(String)
    /// A `%` without two hexadecimal digits, and its byte position from 0.
    case badEscape(at: Int)
    /// The host is an address that nothing may be sent to.
    case refusedAddress(Refusal)

    /// What is wrong, and what to write instead.
    public var description: String {
        switch self {
        case .tooLong(let length): "the URL has \(length) bytes; at most \(TargetURL.maximumLength) are allowed"
        case .badScheme: "the URL must begin with https:// and a host"
        case .plainHTTP: "http is not encrypted and only for networks that are allowed by configuration: use https"
        case .forbiddenCharacter(let character, let position):
            "the URL has \(Self.name(character)) at position \(position + 1): write it percent-encoded, or leave it out"
        case .userInfo: "the URL has a user or password before @: put credentials into an own header, Authorization"
        case .fragment: "the URL has a fragment (#), which is never sent: leave it out"
        case .noHost: "the URL has no host: write https://host/path"
        case .internationalName: "the host has letters outside ASCII: write its encoded form, which begins with xn--"
        case .badHost(let host, let reason): "the host \"\(host)\" \(reason)"
        case .obscureAddress(let host, let meaning?):
            "the host \"\(host)\" is an unusual way to write \(meaning): write a name, or the address in four numbers"
        case .obscureAddress(let host, nil):
            "the host \"\(host)\" ends in a number but is no address: write a name, or an address in four numbers"
        case .badPort(let port): "the port \"\(port)\" is not a number from 1 to 65535"
        case .badEscape(let position): "the % at position \(position + 1) is not followed by two hexadecimal digits"
        case .refusedAddress(let refusal): "nothing may be sent to that host: \(refusal)"
        }
    }

    private static func name(_ character: Unicode.Scalar) -> String {
        let number = String(character.value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
        return character.isASCII && character.value > 0x20 && character.value < 0x7F ? "\"\(character)\"" : code
    }
}
