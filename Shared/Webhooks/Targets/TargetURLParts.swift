/// A target's text cut into its parts, each then read by strict rules.
struct TargetURLParts {
    let scheme: TargetURL.Scheme
    /// Between `//` and the path.
    private let authority: ArraySlice<UInt8>
    /// With the query.
    private let path: ArraySlice<UInt8>

    init(_ text: String) throws(TargetURLError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= TargetURL.maximumLength else { throw .tooLong(bytes.count) }
        let prefix = String(decoding: bytes.prefix(8), as: UTF8.self).lowercased()
        if prefix == "https://" {
            scheme = .https
        } else if prefix.hasPrefix("http://") {
            scheme = .http
        } else {
            throw .badScheme
        }
        let rest = bytes.dropFirst(scheme.rawValue.utf8.count + 3)
        let end = rest.firstIndex { [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) }
        authority = rest[..<(end ?? rest.endIndex)]
        path = rest[(end ?? rest.endIndex)...]
        if authority.contains(where: { $0 >= 0x80 }) { throw .internationalName }
        try Self.checkCharacters(text)
        if authority.contains(UInt8(ascii: "@")) { throw .userInfo }
        if authority.isEmpty { throw .noHost }
        if path.contains(UInt8(ascii: "#")) { throw .fragment }
    }

    /// RFC 3986 knows no others; the backslash in particular is a slash to browsers and a letter to others.
    private static func checkCharacters(_ text: String) throws(TargetURLError) {
        var position = 0
        for scalar in text.unicodeScalars {
            let isAllowed = scalar.value > 0x20 && scalar.value < 0x7F && !"\"<>\\^`{|}".unicodeScalars.contains(scalar)
            guard isAllowed else { throw .forbiddenCharacter(scalar, at: position) }
            position += 1
        }
    }

    /// Name, address in four numbers, or IPv6 address in brackets.
    func readHost() throws(TargetURLError) -> TargetURL.Host {
        let text = String(decoding: hostBytes, as: UTF8.self).lowercased()
        if text.isEmpty { throw .noHost }
        if text.hasPrefix("[") {
            guard text.hasSuffix("]") else { throw .badHost(text, reason: "lacks the ] of an IPv6 address") }
            let inner = text.dropFirst().dropLast()
            if inner.contains("%") { throw .badHost(text, reason: "has a zone, which only this machine would know") }
            guard let address = IPAddress(inner), address.family == .v6 else {
                throw .badHost(text, reason: "is no IPv6 address")
            }
            return .address(address)
        }
        if let address = IPAddress(text) { return .address(address) }
        try checkName(text)
        return .name(text)
    }

    private func checkName(_ name: String) throws(TargetURLError) {
        if name.contains("%") { throw .badHost(name, reason: "is percent-encoded: write it plainly") }
        if name.hasSuffix(".") { throw .badHost(name, reason: "ends with a dot: leave it out") }
        guard name.utf8.count <= 253 else { throw .badHost(name, reason: "is longer than 253 letters") }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        // Whatever ends in a number is an address to those who read numbers at all.
        if let last = labels.last?.utf8, last.allSatisfy(\.isDigit) || isHexNumber(last) {
            throw .obscureAddress(name, meaning: IPAddress(obscure: name))
        }
        for label in labels {
            guard !label.isEmpty else { throw .badHost(name, reason: "has an empty part between dots") }
            guard label.utf8.count <= 63 else { throw .badHost(name, reason: "has a part of more than 63 letters") }
            guard label.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0 == 0x2D || $0 == 0x5F }) else {
                throw .badHost(name, reason: "has a character that names do not have")
            }
            guard !label.hasPrefix("-"), !label.hasSuffix("-") else {
                throw .badHost(name, reason: "has a part that begins or ends with a hyphen")
            }
        }
    }

    private func isHexNumber(_ label: Substring.UTF8View) -> Bool {
        let bytes = Array(label)
        return bytes.count >= 2 && bytes[0] == UInt8(ascii: "0") && bytes[1] == UInt8(ascii: "x")
            && bytes.dropFirst(2).allSatisfy(\.isHexDigit)
    }

    private var hostBytes: ArraySlice<UInt8> {
        portColon.map { authority[..<$0] } ?? authority
    }

    /// The colon before the port: the last one that is not inside brackets.
    private var portColon: Int? {
        guard let colon = authority.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        if let bracket = authority.lastIndex(of: UInt8(ascii: "]")), colon < bracket { return nil }
        return colon
    }

    func readPort() throws(TargetURLError) -> UInt16? {
        guard let portColon else { return nil }
        let digits = authority[(portColon + 1)...]
        let text = String(decoding: digits, as: UTF8.self)
        guard (1...5).contains(digits.count), digits.allSatisfy(\.isDigit), let port = UInt16(text), port > 0 else {
            throw .badPort(text)
        }
        return port
    }

    func readPath() throws(TargetURLError) -> String {
        for index in path.indices where path[index] == UInt8(ascii: "%") {
            let digits = path[(index + 1)...].prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexDigit) else { throw .badEscape(at: index) }
        }
        let text = String(decoding: path, as: UTF8.self)
        return text.hasPrefix("/") ? text : "/" + text
    }
}
