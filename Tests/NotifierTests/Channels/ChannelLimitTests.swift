import Foundation
import Models
import Testing

@testable import Notifier

/// Channels refuse what is too long or badly formed, and then nobody is told: these hold whatever the texts are.
@Suite struct ChannelLimitTests {
    @Test(arguments: [UInt64](1...20).map { $0 &* 7919 })
    func anyEventsFitIntoEveryChannelsLimitsAndEachIsCarriedOnce(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let writer = try Texts.writer()
        let ready = try Texts.event(WithdrawalReady.name)
        let events = try (0..<Int.random(in: 1...60, using: &generator)).map { _ in
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: try Texts.words("t" + generator.text(upTo: 6), generator.text(upTo: 12))
            case 1: try Texts.alert(generator.text(upTo: 3), summary: generator.text(upTo: 8))
            default: ready
            }
        }
        for language in Language.allCases {
            for channel in [NotificationChannel.slack, .discord, .telegram] {
                let messages = writer.messages(
                    for: events,
                    channel: channel,
                    language: language,
                    chat: "@ops",
                    at: Texts.now
                )
                #expect(Set(messages.flatMap(\.carried)) == Set(events.indices), "\(channel), seed \(seed)")
                #expect(inOneStretch(messages), "\(channel), seed \(seed)")
                for message in messages { try expectFits(try ReadMessage(message), channel) }
            }
            let mail = writer.mail(for: events, language: language, at: Texts.now)
            #expect(mail.subject.count <= 150 && !mail.subject.contains(where: \.isNewline))
        }
    }

    /// An event that is in several messages is in none but those that follow one another.
    private func inOneStretch(_ messages: [ChannelMessage]) -> Bool {
        var last: [Int: Int] = [:]
        for (number, message) in messages.enumerated() {
            guard Set(message.carried).count == message.carried.count else { return false }
            for index in message.carried {
                if let before = last[index], before != number - 1 { return false }
                last[index] = number
            }
        }
        return true
    }

    private func expectFits(_ message: ReadMessage, _ channel: NotificationChannel) throws {
        switch channel {
        case .slack:
            let text = try #require(message.json["text"] as? String)
            #expect(!text.isEmpty && text.utf16.count <= 40_000)
            #expect((1...50).contains(message.blocks.count))
            for block in message.blocks {
                let texts = [block["text"] as? [String: Any]] + (block["elements"] as? [[String: Any]] ?? [])
                for text in texts.compactMap({ $0?["text"] as? String }) {
                    #expect((1...3000).contains(text.utf16.count))
                }
            }
        case .discord:
            #expect((message.json["content"] as? String ?? "").utf16.count <= 2000)
            #expect((1...10).contains(message.embeds.count))
            var total = 0
            for embed in message.embeds {
                let title = (embed["title"] as? String ?? "").utf16.count
                let description = (embed["description"] as? String ?? "").utf16.count
                let footer = ((embed["footer"] as? [String: Any])?["text"] as? String ?? "").utf16.count
                #expect(title <= 256 && description <= 4096 && footer <= 2048)
                #expect(title + description > 0)
                total += title + description + footer
            }
            #expect(total <= 6000)
            let mentions = try #require(message.json["allowed_mentions"] as? [String: [String]])
            #expect(mentions == ["parse": []])
        default:
            let text = try #require(message.json["text"] as? String)
            #expect((1...4096).contains(text.utf16.count))
            #expect(message.json["chat_id"] as? String == "@ops")
            #expect(message.json["parse_mode"] as? String == "HTML")
            #expect(try TelegramReader.shown(text).contains { !$0.isWhitespace })
        }
    }

    @Test(arguments: [UInt64](1...30).map { $0 &* 104_729 })
    func cuttingLosesNothingAndMakesNothingMarkup(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let text = generator.text(upTo: 25)
        try expectWhole(text, SlackReader.self)
        try expectWhole(text, DiscordReader.self)
        try expectWhole(text, TelegramReader.self)
    }

    private func expectWhole<Reader: MarkupReader>(_ text: String, _ reader: Reader.Type) throws {
        let event = try Texts.words("title", text)
        let note = try Texts.builtIn.get().note(for: event, channel: .slack, language: .en, at: Texts.now)
        let parts = Reader.Markup.parts(note, index: 0, .en, Reader.limits)
        let shown = try parts.map { part in
            #expect(part.text.units <= Reader.limits.text)
            return try Reader.shown(part.text)
        }.joined()
        #expect(shown.withoutBlanks == text.withoutControls.withoutBlanks, "\(reader)")
        #expect(parts.allSatisfy { $0.carried == [0] })
    }

    @Test func linesAreKeptWholeWhereTheyFit() throws {
        let line = String(repeating: "word ", count: 100).trimmingCharacters(in: .whitespaces)
        let event = try Texts.words("title", Array(repeating: line, count: 30).joined(separator: "\n"))
        let note = try Texts.builtIn.get().note(for: event, channel: .telegram, language: .en, at: Texts.now)
        let parts = TelegramMarkup.parts(note, index: 0, .en, TelegramPayload.limits)
        // Six lines of 499 and the breaks between them are 2999 units.
        #expect(parts.count == 5)
        for part in parts { #expect(part.text.split(separator: "\n").allSatisfy { $0 == line }) }
        #expect(parts.dropFirst().allSatisfy { $0.title == "title (continued)" })
    }

    @Test func burstsBecomeOneMessageThatCounts() throws {
        let writer = try Texts.writer()
        let events =
            try Array(repeating: Texts.event(WithdrawalReady.name), count: 30)
            + Array(repeating: Texts.event(WithdrawalShort.name), count: 9) + [Texts.alert()]
        for channel in [NotificationChannel.slack, .discord, .telegram] {
            let messages = writer.messages(for: events, channel: channel, language: .ko, chat: "1", at: Texts.now)
            #expect(messages.count == 1, "\(channel)")
            let text = try ReadMessage(try #require(messages.first)).text
            let header = try #require(text.split(separator: "\n").first)
            for count in ["알림 40건", "출금 준비 완료 30", "출금 보류 9", "경보 발생 1"] {
                #expect(header.contains(count), "\(channel): \(header)")
            }
            // What is urgent is told in full and first, the rest by a line each.
            #expect(messages.first?.carried.first == 39)
            #expect(text.contains("에너지 부족") && text.contains("고갈까지"))
            #expect(text.split(separator: "\n").count(where: { $0.contains("출금 준비 완료 · W") }) == 30)
        }
    }

    @Test func aFewEventsAreToldInFull() throws {
        let events = try Array(repeating: Texts.event(WithdrawalReady.name), count: 5)
        for channel in [NotificationChannel.slack, .discord, .telegram] {
            let messages = try Texts.writer()
                .messages(for: events, channel: channel, language: .en, chat: "1", at: Texts.now)
            #expect(messages.count == 1)
            let text = try ReadMessage(try #require(messages.first)).text
            #expect(text.split(separator: "\n").count(where: { $0.contains("Its energy is there") }) == 5)
        }
    }

    @Test func messagesOfManyAreNumbered() throws {
        let long = String(repeating: "일이 있었습니다. ", count: 300)
        let events = try (0..<4).map { try Texts.words("제목 \($0)", long) }
        let messages = try Texts.writer()
            .messages(for: events, channel: .telegram, language: .ko, chat: "1", at: Texts.now)
        #expect(messages.count > 1)
        for (number, message) in messages.enumerated() {
            let text = try ReadMessage(message).text
            #expect(text.hasPrefix("<b>알림 4건 · 공지 4 (\(number + 1)/\(messages.count))</b>\n"))
        }
    }

    @Test func withoutEventsThereIsNoMessageAndWebhooksAndMailAreNoChats() throws {
        let writer = try Texts.writer()
        let event = try Texts.event(WithdrawalReady.name)
        for channel in NotificationChannel.allCases {
            #expect(writer.messages(for: [], channel: channel, language: .en, chat: nil, at: Texts.now).isEmpty)
        }
        for channel in [NotificationChannel.webhook, .email] {
            #expect(writer.messages(for: [event], channel: channel, language: .en, chat: nil, at: Texts.now).isEmpty)
        }
    }
}
