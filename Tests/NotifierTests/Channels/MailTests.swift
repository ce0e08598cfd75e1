import Foundation
import Models
import Testing

@testable import Notifier

@Suite struct MailTests {
    @Test func oneEventIsToldInPlainAndAsAPage() throws {
        let mail = try Texts.writer()
            .mail(for: [Texts.event(WithdrawalReady.name)], language: .en, at: Texts.now)
        #expect(mail.subject == "[Busbar] Withdrawal ready · W-2026-0001")
        #expect(mail.plain.hasPrefix("✅ Withdrawal ready · W-2026-0001\n\nIts energy is there."))
        #expect(mail.plain.contains("\nCost: 0.92134 TRX\n"))
        #expect(mail.plain.hasSuffix("partner p42 · 18:28:55 KST · withdrawal.ready\n"))
        #expect(mail.html.contains("<html lang=\"en\">"))
        #expect(mail.html.contains(">Cost</td>") && mail.html.contains(">0.92134 TRX</td>"))
        #expect(mail.html.contains(Tone.good.cssColor))
    }

    @Test func manyAreCountedAndToldByALineEach() throws {
        let events = try Array(repeating: Texts.event(WithdrawalReady.name), count: 30) + [Texts.alert()]
        let mail = try Texts.writer().mail(for: events, language: .ko, at: Texts.now)
        #expect(mail.subject == "[Busbar] 알림 31건 · 출금 준비 완료 30 · 경보 발생 1")
        #expect(
            mail.plain.split(separator: "\n").count(where: { $0 == "18:28:55 ✅ 출금 준비 완료 · W-2026-0001 · 파트너사 p42" })
                == 30
        )
        #expect(mail.plain.contains("🚨 [위급] 에너지 부족 · house-1"))
        #expect(mail.html.matches(of: /출금 준비 완료 · W-2026-0001/).count == 30)
    }

    @Test func everyPageIsWellFormed() throws {
        let writer = try Texts.writer()
        let all = try Texts.names.map(Texts.event)
        for events in try all.map({ [$0] }) + [all, [Texts.words("<&>\"'", "</td>&\u{0301}")]] {
            for language in Language.allCases {
                let html = writer.mail(for: events, language: language, at: Texts.now).html
                try expectBalanced(html)
            }
        }
    }

    /// Every element but the void ones is closed, in order.
    private func expectBalanced(_ html: String) throws {
        let void: Set = ["meta", "br", "!doctype"]
        var open: [Substring] = []
        for tag in html.matches(of: /<(\/?)([!A-Za-z0-9]+)[^<>]*>/) {
            if tag.1.isEmpty {
                if !void.contains(tag.2.lowercased()) { open.append(tag.2) }
            } else {
                #expect(open.popLast() == tag.2)
            }
        }
        #expect(open.isEmpty)
    }
}
