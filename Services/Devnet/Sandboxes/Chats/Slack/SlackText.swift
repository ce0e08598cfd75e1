/// Why Slack does not post a payload, in its word.
struct SlackRefusal: Error, Sendable {
    let word: String

    init(_ word: String) { self.word = word }
}

/// The text of a payload, after its blocks were found to be within Block Kit's limits.
struct SlackText: Sendable {
    /// What notifications show, and the message where there are no blocks.
    let top: String
    let inBlocks: [String]

    init(_ payload: JSON) throws(SlackRefusal) {
        top = payload["text"]?.string ?? ""
        var texts: [String] = []
        if let blocks = payload["blocks"] {
            guard let blocks = blocks.array else { throw SlackRefusal("invalid_blocks_format") }
            guard blocks.count <= 50 else { throw SlackRefusal("invalid_blocks") }
            for block in blocks { texts += try Self.texts(of: block) }
        }
        if let attachments = payload["attachments"]?.array {
            guard attachments.count <= 100 else { throw SlackRefusal("too_many_attachments") }
            for attachment in attachments {
                texts += [attachment["title"], attachment["text"] ?? attachment["fallback"]].compactMap { $0?.string }
            }
        }
        inBlocks = texts
        guard !top.isEmpty || !texts.isEmpty else { throw SlackRefusal("no_text") }
    }

    private static func texts(of block: JSON) throws(SlackRefusal) -> [String] {
        let invalid = SlackRefusal("invalid_blocks")
        guard let type = block["type"]?.string, (block["block_id"]?.string ?? "").unicodeScalars.count <= 255 else {
            throw invalid
        }
        switch type {
        case "divider": return []
        case "header":
            guard let text = block["text"] else { throw invalid }
            return [try Self.text(text, 1...150, isPlain: true)]
        case "section":
            let fields = block["fields"]?.array ?? []
            guard block["text"] != nil || !fields.isEmpty, fields.count <= 10 else { throw invalid }
            var texts: [String] = []
            if let text = block["text"] { texts.append(try Self.text(text, 1...3_000)) }
            for field in fields { texts.append(try Self.text(field, 1...2_000)) }
            return texts
        case "context":
            guard let elements = block["elements"]?.array, (1...10).contains(elements.count) else { throw invalid }
            var texts: [String] = []
            for element in elements where element["type"]?.string != "image" {
                texts.append(try Self.text(element, 1...3_000))
            }
            return texts
        case "image", "actions", "rich_text", "video", "markdown", "table": return []
        default: throw invalid
        }
    }

    private static func text(
        _ object: JSON,
        _ lengths: ClosedRange<Int>,
        isPlain: Bool = false
    ) throws(SlackRefusal) -> String {
        guard let type = object["type"]?.string, type == "plain_text" || (type == "mrkdwn" && !isPlain),
            let text = object["text"]?.string, lengths.contains(text.unicodeScalars.count)
        else { throw SlackRefusal("invalid_blocks") }
        return text
    }
}
