import Foundation
import Models
import Testing

@testable import Notifier

/// A house's own texts from a folder.
@Suite struct OverrideTests {
    /// A folder of its own, gone afterwards.
    private func withFolder(_ files: [String: String], _ body: (Folder) throws -> Void) throws {
        let folder = Folder(url: FileManager.default.temporaryDirectory.appending(path: "busbar-texts-\(UUID())"))
        try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder.url) }
        for (name, text) in files { try folder.write(name, text) }
        try body(folder)
    }

    private struct Folder {
        let url: URL
        var path: String { url.path }

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: url.appending(path: name))
        }

        func remove(_ name: String) throws { try FileManager.default.removeItem(at: url.appending(path: name)) }
    }

    private func title(
        _ library: TemplateLibrary,
        _ channel: NotificationChannel = .slack,
        _ language: Language = .en
    ) throws -> String {
        let event = try Texts.event(WithdrawalReady.name)
        return library.note(for: event, channel: channel, language: language, at: Texts.now).title.plain
    }

    private let builtIn = "Withdrawal ready · W-2026-0001"

    @Test func aChannelsTextStandsBeforeTheLanguagesAndThatBeforeTheBuiltIn() throws {
        try withFolder([
            "withdrawal.ready.en.mustache": "Ours {{withdrawal_id}}\n",
            "withdrawal.ready.telegram.en.mustache": "Ours on Telegram",
        ]) { folder in
            let library = try Texts.library(folder.path)
            #expect(library.problems.isEmpty)
            #expect(try title(library) == "Ours W-2026-0001")
            #expect(try title(library, .telegram) == "Ours on Telegram")
            #expect(try title(library, .slack, .ko) == "출금 준비 완료 · W-2026-0001")
        }
    }

    @Test(arguments: [
        ("{{#cost}}never closed", "line 1: expectedSectionEnd"),
        ("title\n{{#a}}x{{/b}}", "line 2: sectionCloseNameIncorrect"),
        ("title\n\n{{thousand(energy)}}", "line 3: there is no thousand(…)"),
        ("title\n{{words(trxs(cost))}}", "line 2: there is no trxs(…)"),
        ("title {{> other}}", "line 1: {{> other}}: partials"),
        ("{{<self}}{{/self}}", "line 1: {{<self}}: partials"),
        ("{{=<% %>=}}", "line 1: {{=<% %>=}}: partials"),
        ("{{% CONTENT_TYPE:TEXT}}\n{{user_id}}", "line 1: {{% CONTENT_TYPE:TEXT}}: partials"),
        ("title {{user_id", "line 1: a tag is not closed"),
        ("title {{user id}}", "line 1: unfinishedName"),
    ])
    func aBadTextIsLeftOutAndSaysWhereItIsBad(text: String, reason: String) throws {
        try withFolder(["withdrawal.ready.en.mustache": text]) { folder in
            let library = try Texts.library(folder.path)
            #expect(library.problems.map(\.file) == ["withdrawal.ready.en.mustache"])
            #expect(library.problems.first?.reason.hasPrefix(reason) ?? false, "\(library.problems)")
            #expect(try title(library) == builtIn)
        }
    }

    @Test(arguments: ["", "\n\n", "{{no_such_field}}\ntext", "{{#no}}title{{/no}}\nx"])
    func aTextThatRendersToNoTitleFallsBackAndSaysSo(text: String) throws {
        try withFolder(["withdrawal.ready.en.mustache": text]) { folder in
            let library = try Texts.library(folder.path)
            #expect(library.problems.isEmpty)
            for _ in 0..<3 { #expect(try title(library) == builtIn) }
            #expect(library.problems.map(\.file) == ["withdrawal.ready.en.mustache"])
        }
    }

    @Test(arguments: [
        "withdrawal.raedy.en.mustache", "withdrawal.ready.fr.mustache", "withdrawal.ready.webhook.en.mustache",
        "withdrawal.ready.mustache", "words.txt", "notes.md", "withdrawal.ready.en.mustache.bak", "en.mustache",
    ])
    func aFileWhoseNameMeansNothingIsAProblem(name: String) throws {
        try withFolder([name: "title"]) { folder in
            let library = try Texts.library(folder.path)
            #expect(library.problems.map(\.file) == [name])
            #expect(try title(library) == builtIn)
        }
    }

    @Test func whatIsNoTextIsAProblem() throws {
        try withFolder(["words.ko.txt": "severity.info 안내"]) { folder in
            try folder.write("withdrawal.ready.ko.mustache", String(repeating: "x", count: 70_000))
            try Data([0xFF, 0xFE]).write(to: folder.url.appending(path: "withdrawal.ready.en.mustache"))
            try FileManager.default.createDirectory(
                at: folder.url.appending(path: "mail.mustache"),
                withIntermediateDirectories: false
            )
            let library = try Texts.library(folder.path)
            #expect(
                library.problems.map(\.file) == [
                    "mail.mustache", "withdrawal.ready.en.mustache", "withdrawal.ready.ko.mustache", "words.ko.txt",
                ]
            )
            #expect(library.problems.map(\.reason).contains { $0.contains("not UTF-8") })
            #expect(library.problems.map(\.reason).contains { $0.contains("70000 bytes") })
            #expect(try title(library) == builtIn)
        }
    }

    @Test func aFolderThatCannotBeReadIsAProblem() throws {
        let library = try Texts.library("/nowhere/at/all")
        #expect(library.problems.first?.reason.contains("cannot be read") ?? false)
        #expect(try title(library) == builtIn)
    }

    @Test func changesAreSeenWhenItIsRefreshed() throws {
        try withFolder(["withdrawal.ready.en.mustache": "{{#bad}}"]) { folder in
            let library = try Texts.library(folder.path)
            #expect(library.problems.count == 1)
            try folder.write("withdrawal.ready.en.mustache", "Mended {{withdrawal_id}}")
            #expect(try title(library) == builtIn)
            library.refresh()
            #expect(library.problems.isEmpty)
            #expect(try title(library) == "Mended W-2026-0001")
            try folder.remove("withdrawal.ready.en.mustache")
            library.refresh()
            #expect(try title(library) == builtIn)
        }
    }

    @Test func singleWordsAreReplaced() throws {
        try withFolder(["words.en.txt": "withdrawal.short.reason.insufficient_balance = Please top up."]) { folder in
            let library = try Texts.library(folder.path)
            let event = try Texts.event(WithdrawalShort.name)
            let note = library.note(for: event, channel: .slack, language: .en, at: Texts.now)
            #expect(note.lines.first?.spans.plain == "Please top up.")
            #expect(note.lines.dropFirst().first?.spans.plain.hasPrefix("It goes on by itself") ?? false)
        }
    }

    @Test func aPageThatLeavesTheNotesOutFallsBack() throws {
        let page = "<p>{{header}}</p>{{#notes}}<h1>{{title}}</h1>{{/notes}}{{#short}}{{title}}{{/short}}"
        try withFolder(["mail.mustache": page]) { folder in
            let writer = try Texts.writer(folder.path)
            let event = try Texts.event(WithdrawalReady.name)
            #expect(writer.mail(for: [event], language: .en, at: Texts.now).html == "<p></p><h1>\(builtIn)</h1>")
            try folder.write("mail.mustache", "<p>Nothing of it</p>")
            writer.library.refresh()
            #expect(writer.mail(for: [event], language: .en, at: Texts.now).html.contains("</html>"))
            #expect(writer.library.problems.map(\.file) == ["mail.mustache"])
        }
    }

    @Test func eventsWithoutATextOfTheirOwnHaveTheHousesDefault() throws {
        try withFolder(["default.en.mustache": "Something: {{event.type}} of {{event.partner}}"]) { folder in
            let library = try Texts.library(folder.path)
            let event = try Texts.event("report.daily", body: #"{"partner_id":"p42"}"#)
            let note = library.note(for: event, channel: .discord, language: .en, at: Texts.now)
            #expect(note.title.plain == "Something: report.daily of p42")
            #expect(try title(library) == builtIn)
        }
    }
}
