internal import CCurl
internal import Models

extension MailEnvelope {
    private static let maximumRecipients = 100
    private static let maximumText = 512 * 1024

    /// - Throws: what cannot be sent.
    func check() throws(MailError) {
        guard (1...128).contains(id.utf8.count), id.utf8.allSatisfy(\.isNameCharacter) else {
            throw MailError("the mail's id \"\(id)\" needs 1 to 128 letters, digits, -, . or _")
        }
        guard (1...Self.maximumRecipients).contains(recipients.count) else {
            throw MailError("\(recipients.count) recipients; 1 to \(Self.maximumRecipients) are allowed")
        }
        guard plain.utf8.count <= Self.maximumText, (html?.utf8.count ?? 0) <= Self.maximumText else {
            throw MailError("the mail's text is longer than \(Self.maximumText) bytes")
        }
        guard !plain.utf8.contains(0), html?.utf8.contains(0) != true else {
            throw MailError("the mail's text has a zero byte")
        }
    }

    /// The headers that libcurl does not write.
    func headerLines(from sender: MailAddress) -> [String] {
        [
            "Date: \(date.mailDate)",
            "From: \(sender.encoded)",
            "To: \(recipients.map(\.encoded).joined(separator: ",\r\n "))",
            "Subject: \(EncodedWords.encode(subject))",
            "Message-ID: <\(id)@\(sender.domain)>",
            // RFC 3834: no holiday notice is wanted in return.
            "Auto-Submitted: auto-generated",
            "Content-Type: \(html == nil ? "multipart/mixed" : "multipart/alternative")",
        ]
    }

    /// The body in the library's memory: both forms, the one with layout last, which readers prefer.
    func mime(for easy: UnsafeMutableRawPointer) -> OpaquePointer? {
        guard let mime = curl_mime_init(easy) else { return nil }
        var isWhole = Self.add(plain, "text/plain; charset=utf-8", to: mime)
        if let html { isWhole = Self.add(html, "text/html; charset=utf-8", to: mime) && isWhole }
        guard isWhole else {
            curl_mime_free(mime)
            return nil
        }
        return mime
    }

    private static func add(_ text: String, _ type: String, to mime: OpaquePointer) -> Bool {
        guard let part = curl_mime_addpart(mime) else { return false }
        let lines = withNetworkLineEnds(text)
        // Filters of spam distrust ASCII in base64.
        let encoding = lines.allSatisfy { $0 < 0x80 } ? "quoted-printable" : "base64"
        let codes = [
            lines.withUnsafeBytes { curl_mime_data(part, $0.baseAddress, $0.count) },
            curl_mime_type(part, type),
            curl_mime_encoder(part, encoding),
        ]
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Every line end as CR LF, at least one.
    private static func withNetworkLineEnds(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 64)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0D: bytes += [0x0D, 0x0A]
            case 0x0A: if previous != 0x0D { bytes += [0x0D, 0x0A] }
            default: bytes.append(byte)
            }
            previous = byte
        }
        if bytes.last != 0x0A { bytes += [0x0D, 0x0A] }
        return bytes
    }
}

extension MailAddress {
    /// For a header: `=?utf-8?B?…?= <ops@example.com>`.
    var encoded: String {
        guard let name else { return address }
        return "\(EncodedWords.encodePhrase(name)) <\(address)>"
    }
}

extension Timestamp {
    /// RFC 5322: `Sat, 21 Nov 2026 09:30:00 +0000`.
    var mailDate: String {
        // 1970-01-01 was a Thursday.
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let days = Int((milliseconds - (milliseconds % 86_400_000 + 86_400_000) % 86_400_000) / 86_400_000)
        let weekday = names[(days % 7 + 7) % 7]
        // 2026-11-21T09:30:00.000Z
        let text = description.utf8.split(whereSeparator: { !(48...57).contains($0) }).compactMap { Substring($0) }
        guard text.count >= 6, let month = Int(text[1]), (1...12).contains(month) else { return description }
        let clock = text[3...5].joined(separator: ":")
        return "\(weekday), \(text[2]) \(months[month - 1]) \(text[0]) \(clock) +0000"
    }
}
