import Foundation
import Logging
import Models
import Testing

@testable import Notifier

/// Events of the catalogue as they are published, and what channels make of them.
enum Texts {
    /// The samples' present: 18:30 of a day in Seoul.
    static let now = Timestamp(milliseconds: 1_795_253_400_000)

    static func library(_ folder: String? = nil) throws -> TemplateLibrary {
        try TemplateLibrary(folder: folder, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The built-in texts: they are parsed once.
    static let builtIn = Result { try library() }

    static func writer(_ folder: String? = nil) throws -> ChannelWriter {
        ChannelWriter(library: try folder.map(library) ?? builtIn.get())
    }

    /// All that people may be told of: the catalogue's events, and words of one's own.
    static var names: [MessageName] { Catalogue.events.map { $0.name } + [NotificationSend.name] }

    /// The golden file of a message as an event.
    static func event(_ name: MessageName) throws -> NotifiedEvent {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = tests.appending(path: "CatalogueTests/Golden/\(name.wireName).json")
        return try event(name.type, body: String(contentsOf: file, encoding: .utf8))
    }

    static func event(_ type: String, body: String) throws -> NotifiedEvent {
        let fields = (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any]
        return NotifiedEvent(
            id: "019a0000-0000-7000-8000-0000000000e1",
            storedAt: now,
            type: type,
            wireType: type + ".v1",
            partner: (fields?["partner_id"] as? String).flatMap(PartnerID.init),
            correlationID: nil,
            severity: (fields?["severity"] as? String).flatMap(AlertSeverity.init),
            occurredAt: now - .seconds(65),
            traceparent: nil,
            body: body
        )
    }

    /// Words of one's own: the type whose every character comes from outside.
    static func words(_ title: String, _ text: String, severity: String = "info") throws -> NotifiedEvent {
        let body = try JSONSerialization.data(
            withJSONObject: ["title": title, "text": text, "severity": severity, "notification_id": "n"]
        )
        return try event("notification.send", body: String(decoding: body, as: UTF8.self))
    }

    /// An alert that somebody has to act on.
    static func alert(_ subject: String = "house-1", summary: String = "Energy for 20 minutes.") throws -> NotifiedEvent
    {
        let fields: [String: Any] = [
            "alert_id": "a", "sequence": 1, "kind": "energy_low", "severity": "critical", "subject": subject,
            "summary": summary, "details": ["energy_available": "1300000", "minutes_left": "20"],
            "raised_at": (now - .seconds(70)).description,
        ]
        let body = try JSONSerialization.data(withJSONObject: fields)
        return try event("alert.raised", body: String(decoding: body, as: UTF8.self))
    }
}

/// A message to a chat, read back as its receiver does.
struct ReadMessage {
    let json: [String: Any]
    let carried: [Int]

    init(_ message: ChannelMessage) throws {
        json = try #require(try JSONSerialization.jsonObject(with: Data(message.body)) as? [String: Any])
        carried = message.carried
    }

    /// Everything that a reader sees of it, as it is written.
    var text: String {
        if let text = json["text"] as? String, json["chat_id"] != nil { return text }
        if json["embeds"] != nil {
            return
                ([json["content"] as? String]
                + embeds.flatMap { embed in
                    [
                        embed["title"] as? String, embed["description"] as? String,
                        (embed["footer"] as? [String: Any])?["text"] as? String,
                    ]
                }).compactMap(\.self).joined(separator: "\n")
        }
        return blocks.flatMap { block in
            ([block["text"] as? [String: Any]] + (block["elements"] as? [[String: Any]] ?? []))
                .compactMap { $0?["text"] as? String }
        }.joined(separator: "\n")
    }

    var blocks: [[String: Any]] { json["blocks"] as? [[String: Any]] ?? [] }
    var embeds: [[String: Any]] { json["embeds"] as? [[String: Any]] ?? [] }
}

extension SeededGenerator {
    /// What people and attackers write: words, Korean, emoji, markup, very long words, one character of many scalars.
    mutating func text(upTo pieces: Int) -> String {
        let samples = [
            "energy ", "출금이 ", "준비되었습니다. ", "👨‍👩‍👧‍👦", "🇰🇷", "*bold*", "_it_ ", "~s~", "`code`", "<b>", "</b>", "&amp;", "&",
            "\\",
            "||", "[a](http://x)", "@everyone ", "<@1>", "<!channel>", "#", "> ", "- a: b", "1. ", "\n", "\n\n", " ",
            "\"", "'", "{{x}}",
            "e" + String(repeating: "\u{0301}", count: 40), String(repeating: "가", count: 300),
            String(repeating: "&", count: 900), String(repeating: "x", count: 5000), "\u{2028}", "\u{202E}", "\u{0000}",
            "e" + String(repeating: "\u{0301}", count: 4200),
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...pieces, using: &self) { text += samples.randomElement(using: &self) ?? "" }
        return text
    }
}
