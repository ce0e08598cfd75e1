import Models
import Testing

@testable import Notifier

/// What comes from outside never becomes markup, a mention or a line of its own.
@Suite struct EscapeTests {
    @Test func slackTakesNothingFromOutsideForMarkup() {
        func plain(_ text: String) -> String { SlackMarkup.written([Note.Span(text)]) }
        #expect(plain("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;")
        #expect(plain("*b* ~s~ `c`") == "∗b∗ ∼s∼ ˋcˋ")
        #expect(plain("_it_ insufficient_balance 한_글") == "ˍitˍ insufficient_balance 한_글")
        #expect(SlackMarkup.written([Note.Span("a*`b_", .code)]) == "`a*ˋb_`")
        #expect(SlackMarkup.written([Note.Span(" a ", .bold)]) == " *a* ")
        #expect(SlackMarkup.written([Note.Span("   ", .bold)]) == "   ")
    }

    @Test func slacksMarksHoldBesideKoreanParticles() {
        #expect(
            SlackMarkup.written([Note.Span("before "), Note.Span("18:30", .bold), Note.Span(".")]) == "before *18:30*."
        )
        let spans = [Note.Span("18:30 KST", .bold), Note.Span("까지"), Note.Span("W-1", .code), Note.Span(" 끝")]
        #expect(SlackMarkup.written(spans) == "*18:30 KST*\u{200B}까지\u{200B}`W-1` 끝")
    }

    @Test func discordTakesNothingFromOutsideForMarkup() {
        func plain(_ text: String) -> String { DiscordMarkup.written([Note.Span(text)]) }
        #expect(plain("@everyone <@1> **b** ||s||") == #"\@everyone \<\@1\> \*\*b\*\* \|\|s\|\|"#)
        #expect(plain("[a](https://x/a_b)") == #"\[a\](https://x/a_b)"#)
        #expect(plain("_it_ fee_limit 한_글") == #"\_it\_ fee_limit 한\_글"#)
        #expect(plain("# h") == ##"\# h"##)
        #expect(plain("a # b - c + d") == "a # b - c + d")
        #expect(plain("  - x") == #"  \- x"#)
        #expect(plain("12. x 3.5") == #"12\. x 3.5"#)
        #expect(plain(#"\*"#) == #"\\\*"#)
        #expect(DiscordMarkup.written([Note.Span("a`*b", .code)]) == "`aˋ*b`")
        #expect(DiscordMarkup.written([Note.Span("Cost: "), Note.Span("6.5 - 1")]) == "Cost: 6.5 - 1")
    }

    @Test func telegramTakesNothingFromOutsideForTags() throws {
        let text = "<b>&amp;</b> \"x\" 'y' <a href=\"tg://user?id=1\">"
        let written = TelegramMarkup.written([Note.Span(text, .bold)])
        #expect(written == "<b>&lt;b&gt;&amp;amp;&lt;/b&gt; \"x\" 'y' &lt;a href=\"tg://user?id=1\"&gt;</b>")
        #expect(try TelegramReader.shown(written) == text)
    }

    @Test func mailsTakeNothingFromOutsideForHTML() throws {
        let event = try Texts.words("<script>\"a\" & 'b'</script>", "<img src=x onerror=alert(1)>\n</td></table>")
        let mail = try Texts.writer().mail(for: [event], language: .en, at: Texts.now)
        #expect(!mail.html.contains("<script") && !mail.html.contains("<img"))
        #expect(mail.html.contains("&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"))
        #expect(mail.html.contains("&lt;img src=x onerror=alert(1)&gt;<br>&lt;/td&gt;&lt;/table&gt;"))
        #expect(mail.plain.contains("<script>\"a\" & 'b'</script>"))
    }

    @Test func aValueIsNoTemplateNoMarkAndNoLine() throws {
        let user = #"{{cost}} **b** `c` \\ - x: y\n- Cost: 0 TRX"#
        let event = try Texts.event(
            "withdrawal.accepted",
            body: #"{"withdrawal_id":"W-1","user_id":"\#(user)","partner_id":"p42"}"#
        )
        let note = try Texts.builtIn.get().note(for: event, channel: .slack, language: .en, at: Texts.now)
        #expect(note.lines.last?.label?.plain == "User")
        #expect(note.lines.last?.spans == [Note.Span(#"{{cost}} **b** `c` \ - x: y - Cost: 0 TRX"#, .code)])
    }

    @Test func aSummaryThatLooksLikeALabelIsASentence() throws {
        let note = try Texts.builtIn.get()
            .note(for: try Texts.alert(summary: "- Severity: none"), channel: .slack, language: .en, at: Texts.now)
        #expect(note.lines.first == Note.Line([Note.Span("- Severity: none")]))
    }

    @Test func linesOfWordsOfOnesOwnAreKept() throws {
        let event = try Texts.words("Tonight", "First.\n- second: 2\n\nThird.")
        let note = try Texts.builtIn.get().note(for: event, channel: .slack, language: .en, at: Texts.now)
        #expect(note.lines.map(\.spans.plain) == ["First.", "- second: 2", "", "Third."])
        #expect(note.lines.allSatisfy { $0.label == nil })
    }

    @Test func marksThatAreNotClosedEndWithTheirLine() {
        let (title, lines) = MarkedText.read("a **b\nc `d\n- e: f\n\n\n\n- g:\n-  \nh\n\n")
        #expect(title == [Note.Span("a "), Note.Span("b", .bold)])
        #expect(
            lines == [
                Note.Line([Note.Span("c "), Note.Span("d", .code)]),
                Note.Line(label: [Note.Span("e")], [Note.Span("f")]),
                .blank,
                Note.Line([Note.Span("-")]),
                Note.Line([Note.Span("h")]),
            ]
        )
    }
}
