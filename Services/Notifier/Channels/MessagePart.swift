/// A note, a piece of one that is too long, or several cut down to a line each: what a channel shows as one block.
struct MessagePart: Sendable, Hashable {
    /// Written in the channel's markup; empty when the message's header says it all.
    var title: String
    var text: String
    /// Written as the channel has it there.
    var footer: String
    var tone: Tone
    /// The events it tells of.
    var carried: [Int]
}

/// What fits into a channel's message.
struct MessageLimits: Sendable {
    /// Of a part's title.
    var title: Int
    /// Of a part's text.
    var text: Int
    /// Of a part's footer.
    var footer = 200
    /// Of a message, its header counted.
    var total: Int
    /// Parts in a message.
    var parts: Int
    /// What a part costs beside its title, text and footer.
    var overhead = 0

    func cost(_ part: MessagePart) -> Int {
        part.title.units + part.text.units + part.footer.units + overhead
    }
}

extension ChatMarkup {
    /// A note as parts that each fit: one, unless it is too long.
    static func parts(_ note: Note, index: Int, _ language: Language, _ limits: MessageLimits) -> [MessagePart] {
        let suffix = Note.Span(" " + language.continued)
        // A title is bold as a whole, whatever is in it.
        let title = LineBreaking<Self>(limit: limits.title - written([suffix]).units - 2).cut([.init(note.title.plain)])
        let footer = footer(LineBreaking<Self>(limit: limits.footer).cut([.init(note.footer)]).plain)
        return texts(note.lines, limits.text).enumerated().map { number, text in
            MessagePart(
                title: written([.init((number == 0 ? title : title + [suffix]).plain)]),
                text: text,
                footer: footer,
                tone: note.tone,
                carried: [index]
            )
        }
    }

    /// Notes of a line each: when, the title, and whose it is.
    static func digest(_ notes: [(index: Int, note: Note)], _ limits: MessageLimits) -> [MessagePart] {
        var parts: [MessagePart] = []
        let breaking = LineBreaking<Self>(limit: min(limits.text, 600))
        for (index, note) in notes {
            let stamp = "\(note.tone.sign) \(note.time) "
            let line = written(breaking.cut([.init(stamp + note.summary)]))
            if let last = parts.indices.last, parts[last].text.units + 1 + line.units <= limits.text {
                parts[last].text += "\n" + line
                parts[last].carried.append(index)
            } else {
                parts.append(
                    MessagePart(title: "", text: line, footer: "", tone: .neutral, carried: [index])
                )
            }
        }
        return parts
    }

    /// Lines joined to texts of at most `limit` units; at least one, which may be empty.
    private static func texts(_ lines: [Note.Line], _ limit: Int) -> [String] {
        var texts: [String] = []
        var text = ""
        for line in lines {
            for piece in LineBreaking<Self>(limit: limit).pieces(of: spans(line)) {
                let row = written(piece)
                if !text.isEmpty, text.units + 1 + row.units > limit {
                    texts.append(text)
                    text = row
                } else {
                    // Blank lines at a text's beginning show nothing.
                    text += text.isEmpty ? row : "\n" + row
                }
            }
        }
        if !text.isEmpty || texts.isEmpty { texts.append(text) }
        return texts
    }
}

extension [MessagePart] {
    /// Parts in their order, as few messages as fit.
    func packed(_ limits: MessageLimits, header: Int) -> [[MessagePart]] {
        var messages: [[MessagePart]] = []
        var used = 0
        for part in self {
            let cost = limits.cost(part)
            if let last = messages.indices.last, messages[last].count < limits.parts, used + cost <= limits.total {
                messages[last].append(part)
                used += cost
            } else {
                messages.append([part])
                used = header + cost
            }
        }
        return messages
    }
}
