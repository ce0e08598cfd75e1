/// Cuts text to a channel's limit: between words where it can, never inside an escape or a mark, for each piece is written anew.
struct LineBreaking<Markup: ChatMarkup> {
    /// Units that a line may have when it is written.
    let limit: Int

    /// The line in pieces that each fit.
    func pieces(of spans: [Note.Span]) -> [[Note.Span]] {
        guard Markup.written(spans).units > limit else { return [spans] }
        var pieces: [[Note.Span]] = []
        var piece: [Note.Span] = []
        var used = 0
        for word in words(spans) {
            let cost = cost(word)
            if used + cost > limit, !piece.isEmpty {
                pieces.append(piece)
                (piece, used) = ([], 0)
            }
            if let last = piece.indices.last, piece[last].style == word.style {
                piece[last].text += word.text
            } else {
                piece.append(word)
            }
            used += cost
        }
        if !piece.isEmpty { pieces.append(piece) }
        return pieces
    }

    /// The beginning of a line, with `…` when it was cut.
    func cut(_ spans: [Note.Span]) -> [Note.Span] {
        guard Markup.written(spans).units > limit else { return spans }
        let dots = Note.Span("…")
        var first = LineBreaking(limit: limit - cost(dots)).pieces(of: spans).first ?? []
        first.append(dots)
        return first
    }

    /// A word, or as much of it as fits, each with the blanks after it.
    private func words(_ spans: [Note.Span]) -> [Note.Span] {
        spans.flatMap { span in
            var words: [Note.Span] = []
            var word = ""
            for character in span.text {
                if word.last == " ", character != " " {
                    words += fitting(word, span.style)
                    word = ""
                }
                word.append(character)
            }
            return words + fitting(word, span.style)
        }
    }

    private func fitting(_ word: String, _ style: Note.Span.Style) -> [Note.Span] {
        guard !word.isEmpty else { return [] }
        let span = Note.Span(word, style)
        guard cost(span) > limit else { return [span] }
        if word.count > 1 {
            let middle = word.index(word.startIndex, offsetBy: word.count / 2)
            return fitting(String(word[..<middle]), style) + fitting(String(word[middle...]), style)
        }
        // One character of very many scalars: what cannot be shown whole is cut like any text.
        let scalars = word.unicodeScalars
        guard scalars.count > 1 else { return [] }
        let middle = scalars.index(scalars.startIndex, offsetBy: scalars.count / 2)
        return fitting(String(scalars[..<middle]), style) + fitting(String(scalars[middle...]), style)
    }

    /// With a joint on both sides, whatever comes to stand there.
    private func cost(_ span: Note.Span) -> Int { Markup.written(span, startsLine: true).units + 2 }
}
