internal import Models
internal import Testing

@testable import Courier

@Suite struct MailFormTests {
    @Test func asciiIsLeftAndAllElseIsEncodedInShortWords() {
        #expect(EncodedWords.encode("Energy is low") == "Energy is low")
        #expect(EncodedWords.encode("알림") == "=?utf-8?B?7JWM66a8?=")
        #expect(EncodedWords.encode("a\r\nBcc: x@y") == "a  Bcc: x@y")
        #expect(EncodedWords.encode("=?utf-8?B?eA==?=") == "=?utf-8?B?PT91dGYtOD9CP2VBPT0/PQ==?=")
        let long = EncodedWords.encode(String(repeating: "한👍🏽e\u{301}", count: 100))
        for line in long.split(separator: "\r\n") {
            #expect(line.utf8.count <= 76 && line.utf8.allSatisfy { $0 < 0x80 })
        }
    }

    @Test func aNameBeforeAnAddressIsQuoted() throws {
        #expect(try MailAddress("Ops <a@b.example>").encoded == "\"Ops\" <a@b.example>")
        #expect(try MailAddress("a@b.example").encoded == "a@b.example")
        #expect(EncodedWords.encodePhrase("a \"b\" \\c, d@e") == "\"a \\\"b\\\" \\\\c, d@e\"")
    }

    @Test(arguments: [
        ("ops@example.com", "ops@example.com", nil), ("<ops@example.com>", "ops@example.com", nil),
        ("Ops Team <o.p+s@example.com>", "o.p+s@example.com", "Ops Team"),
        ("\"운영, 팀\" <ops@example.com>", "ops@example.com", "운영, 팀"),
    ])
    func anAddressIsReadWithAndWithoutName(text: String, address: String, name: String?) throws {
        let read = try MailAddress(text)
        #expect(read.address == address && read.name == name)
    }

    @Test(arguments: [
        "", "ops", "@example.com", "ops@", "a@b@c", "a b@example.com", "a@exa mple.com", "a@b\r\nBcc: c@d",
        "a\r\n@example.com", "Ops <a@b.example", "Ops\r\nBcc: x <a@b.example>", "a@b>", "<a@b> x", "-f@example.com",
        "a@-example.com", "ä@example.com", "a@exämple.com", "\"a b\"@example.com", "a,b@example.com",
    ])
    func whatCouldEndACommandOrHeaderIsNoAddress(text: String) {
        #expect(throws: MailError.self) { try MailAddress(text) }
    }

    @Test func aRelayIsReadWithItsPortAndProtection() throws {
        let sender = try MailAddress("busbar@example.com")
        let tls = try SMTPRelay(url: "smtps://Relay.Example", user: "u", password: "secret", sender: sender)
        #expect(tls.host == "relay.example" && tls.port == 465 && tls.security == .tls)
        #expect("\(tls)" == "smtps://relay.example:465")
        let start = try SMTPRelay(url: "smtp://relay.example/", sender: sender)
        #expect(start.port == 587 && start.security == .startTLS)
        let plain = try SMTPRelay(url: "smtp://127.0.0.1:2525", sender: sender, allowsPlaintext: true)
        #expect(plain.port == 2525 && plain.security == .none)
    }

    @Test(arguments: [
        "", "relay.example", "http://relay.example", "smtp:relay.example", "smtp://", "smtp://relay.example:0",
        "smtp://relay.example:65536", "smtp://relay.example:x", "smtp://u:p@relay.example", "smtp://a b",
        "smtp://relay.example/path", "smtp://relay.example:25:25", "smtp://-relay.example",
    ])
    func anythingElseIsNoRelay(url: String) throws {
        let sender = try MailAddress("busbar@example.com")
        #expect(throws: MailError.self) { try SMTPRelay(url: url, sender: sender) }
    }

    @Test func aUserNeedsAPassword() throws {
        let sender = try MailAddress("busbar@example.com")
        #expect(throws: MailError.self) { try SMTPRelay(url: "smtps://relay.example", user: "u", sender: sender) }
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (1_795_254_600_000, "Sat, 21 Nov 2026 09:50:00 +0000"),
        (951_826_554_999, "Tue, 29 Feb 2000 12:15:54 +0000"), (-1000, "Wed, 31 Dec 1969 23:59:59 +0000"),
    ])
    func aDateIsWrittenAsMailsDo(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).mailDate == text)
    }

    @Test func whatCannotBeSentIsSaid() throws {
        let good = MailEnvelope(
            id: "a",
            recipients: [try MailAddress("a@b.example")],
            subject: "s",
            plain: "p",
            date: Timestamp(milliseconds: 0)
        )
        try good.check()
        var bad: [MailEnvelope] = Array(repeating: good, count: 6)
        bad[0].id = "a@b>\r\n"
        bad[1].id = ""
        bad[2].recipients = []
        bad[3].recipients = Array(repeating: try MailAddress("a@b.example"), count: 101)
        bad[4].plain = "a\0b"
        bad[5].html = String(repeating: "x", count: 600_000)
        for envelope in bad { #expect(throws: MailError.self) { try envelope.check() } }
    }
}
