internal import Testing

@testable internal import Devnet

@Suite struct TelegramHTMLTests {
    private func entities(_ html: String) throws -> [String] {
        try TelegramHTML(html).entities.map { entity in
            "\(entity.type) \(entity.offset)+\(entity.length)"
                + (entity.detail.map { " \($0.key)=\($0.value.string ?? "")" } ?? "")
        }
    }

    @Test func tagsBecomeEntities() throws {
        let html = #"<b>Energy <i>low</i></b> at <a href="https://x.org/?a=1&amp;b=2">pool&nbsp;1</a>"#
        #expect(try TelegramHTML(html).text == "Energy low at pool&nbsp;1")
        #expect(
            try entities(html) == ["bold 0+10", "italic 7+3", "text_link 14+11 url=https://x.org/?a=1&b=2"]
        )
        #expect(
            try entities(#"<pre><code class="language-json">{}</code></pre><blockquote expandable>x</blockquote>"#)
                == ["pre 0+2", "code 0+2 language=json", "expandable_blockquote 2+1"]
        )
        #expect(
            try entities(
                "<s>a</s><strike>b</strike><u>c</u><tg-spoiler>d</tg-spoiler><span class='tg-spoiler'>e</span>"
            )
                == ["strikethrough 0+1", "strikethrough 1+1", "underline 2+1", "spoiler 3+1", "spoiler 4+1"]
        )
    }

    @Test func entitiesAreResolvedAndOthersStay() throws {
        #expect(
            try TelegramHTML("&lt;b&gt; &amp;amp; &quot;&#65;&#x41;&#0; AT&T &copy; &").text
                == #"<b> &amp; "AA&#0; AT&T &copy; &"#
        )
    }

    @Test func placesAreInUTF16() throws {
        // A flag of two characters of four bytes each, Korean of three.
        #expect(try entities("🇰🇷한국 <B>에너지</b>") == ["bold 7+3"])
    }

    @Test(arguments: [
        ("a <p>b</p>", #"Unsupported start tag "p" at byte offset 2"#),
        ("한 <x", #"Unclosed start tag at byte offset 4"#),
        ("1 < 2", #"Unsupported start tag "" at byte offset 2"#),
        ("<kahn@inbox.ru>", #"Unsupported start tag "kahn@inbox.ru" at byte offset 0"#),
        ("<b>x", #"Can't find end tag corresponding to start tag "b""#),
        ("<b><i>x</b></i>", #"Unmatched end tag at byte offset 7, expected "</i>", found "</b>""#),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<a href>x</a>", #"Expected equal sign in declaration of an attribute of the tag "a" at byte offset 3"#),
        (#"<a href="x>y</a>"#, "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", #"Tag "span" must have class "tg-spoiler" at byte offset 0"#),
        ("<br/>", #"Unsupported start tag "br/" at byte offset 0"#),
    ])
    func whatItDoesNotKnowIsAnError(_ html: String, _ words: String) {
        #expect(throws: TelegramHTML.Failure(words)) { try TelegramHTML(html) }
    }

    /// Text that is escaped comes out as it was, between whatever tags.
    @Test(arguments: 0..<30)
    func escapedTextComesOutAsItWas(_ round: UInt64) throws {
        var generator = SeededGenerator(seed: round)
        let pieces = ["<", ">", "&", "\"", "한국", "😀", " ", "a", "&lt;", "</b>", "\n", "&#65;"]
        var (html, text, open) = ("", "", [String]())
        for _ in 0..<200 {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:
                let tag = ["b", "i", "u", "s", "code", "pre", "blockquote"].randomElement(using: &generator) ?? "b"
                html += "<\(tag)>"
                open.append(tag)
            case 1: if let tag = open.popLast() { html += "</\(tag)>" }
            default:
                let piece = pieces.randomElement(using: &generator) ?? ""
                text += piece
                html += piece.map { ["<": "&lt;", ">": "&gt;", "&": "&amp;"][$0] ?? String($0) }.joined()
            }
        }
        for tag in open.reversed() { html += "</\(tag)>" }
        let read = try TelegramHTML(html)
        #expect(read.text == text, "seed \(generator.seed)")
        let length = text.utf16.count
        #expect(read.entities.allSatisfy { $0.length > 0 && $0.offset >= 0 && $0.offset + $0.length <= length })
    }

    /// Whatever comes is read or refused.
    @Test(arguments: 0..<30)
    func nothingMakesItStumble(_ round: UInt64) {
        var generator = SeededGenerator(seed: round)
        let pieces = [
            "<", ">", "/", "&", ";", "#", "x", "\"", "'", "=", " ", "b", "a", "href", "😀", "41", "</", "<b>", "</b>",
        ]
        for _ in 0..<200 {
            let html = (0..<Int.random(in: 0...20, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            do throws(TelegramHTML.Failure) {
                let read = try TelegramHTML(html)
                #expect(read.text.utf8.count <= html.utf8.count, "seed \(generator.seed): \(html)")
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
