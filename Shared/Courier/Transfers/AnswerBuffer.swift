/// What is kept of an answer while it comes in; bounded, whatever the other side sends.
struct AnswerBuffer: Sendable {
    private static let maximumHead = 32 * 1024
    private static let maximumLine = 1024
    /// RCPT replies of the largest mail, and those before and behind them.
    private static let maximumReplies = 128

    private(set) var headers: [String: String] = [:]
    private(set) var body: [UInt8] = []
    /// Longer than what is read.
    private(set) var isCut = false
    /// The head is longer than any server means.
    private(set) var isTooLarge = false
    /// The final lines of a mail relay's replies, in order.
    private(set) var replies: [String] = []
    private var headCount = 0
    private var bodyCount = 0

    /// Takes a line of the head.
    /// - Returns: whether to go on.
    mutating func takeLine(_ bytes: UnsafeBufferPointer<UInt8>, isMail: Bool) -> Bool {
        headCount += bytes.count
        guard headCount <= Self.maximumHead else {
            isTooLarge = true
            return false
        }
        let line = String(decoding: bytes.prefix(Self.maximumLine), as: UTF8.self)
        if isMail {
            takeReply(line)
        } else if line.hasPrefix("HTTP/") {
            // 100 Continue and the like come before the answer itself.
            headers = [:]
        } else {
            takeHeader(line)
        }
        return true
    }

    private mutating func takeHeader(_ line: String) {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
        let name = line[..<colon].lowercased()
        guard headers[name] != nil || headers.count < CourierAnswer.maximumHeaders else { return }
        headers[name] = line[line.utf8.index(after: colon)...].trimmingBlanks
    }

    /// `250-SIZE` is one line of several, `250 OK` the last.
    private mutating func takeReply(_ line: String) {
        let bytes = Array(line.utf8.prefix(4))
        guard bytes.count < 4 || bytes[3] != UInt8(ascii: "-") else { return }
        if replies.count == Self.maximumReplies { replies.removeFirst() }
        replies.append(line.trimmingBlanks)
    }

    /// Takes a piece of the body.
    /// - Returns: whether to go on.
    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        body.append(contentsOf: bytes.prefix(CourierAnswer.keptBody - body.count))
        bodyCount += bytes.count
        isCut = bodyCount > CourierAnswer.readBody
        return !isCut
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanks: String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        let bytes = Array(utf8)
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
