import Foundation
import Models
import Testing

@testable import Notifier

/// Every event that people may be told of, in every language and channel.
@Suite struct CatalogueTextTests {
    private static let channels = NotificationChannel.allCases.filter(\.isForPeople)

    @Test(arguments: Texts.names.map(\.type))
    func everyEventHasATextInEveryLanguage(type: String) throws {
        let texts = try BuiltInTexts()
        for language in Language.allCases {
            #expect(texts.template(type, language) != nil, "\(type) has no text in \(language)")
            #expect(texts.words(language)["type.\(type)"] != nil, "\(type) has no name in \(language)")
        }
    }

    @Test func noTextIsForAnEventThatThereIsNot() throws {
        let types = Set(Texts.names.map(\.type)).union([TemplateLibrary.fallback])
        #expect(try BuiltInTexts().types == types)
    }

    @Test(arguments: Texts.names.map(\.wireName))
    func everySampleIsToldWholeAndWithoutLeftovers(wireName: String) throws {
        let name = try #require(Texts.names.first { $0.wireName == wireName })
        let library = try Texts.builtIn.get()
        for (language, channel) in Language.allCases.flatMap({ language in Self.channels.map { (language, $0) } }) {
            let note = library.note(for: try Texts.event(name), channel: channel, language: language, at: Texts.now)
            let text = ([note.title] + note.lines.map(\.spans) + note.lines.compactMap(\.label)).map(\.plain)
            let all = text.joined(separator: "\n")
            for leftover in ["{{", "}}", "**", "TemplateText", "Optional(", "nil", "  ", "null", " .", "()", "[]"] {
                #expect(!all.contains(leftover), "\(wireName) in \(language): \(leftover) in \(all)")
            }
            #expect(text.allSatisfy { $0 == $0.trimmingCharacters(in: .whitespaces) }, "\(wireName): \(all)")
            // Words of one's own are in whatever language they are.
            guard name.type != "notification.send" else { continue }
            #expect(all.contains(where: \.isHangul) == (language == .ko), "\(wireName) in \(language): \(all)")
        }
    }

    @Test(arguments: Texts.names.map(\.wireName))
    func everySampleIsWrittenByEveryChannel(wireName: String) throws {
        let name = try #require(Texts.names.first { $0.wireName == wireName })
        let writer = try Texts.writer()
        let event = try Texts.event(name)
        for language in Language.allCases {
            for channel in Self.channels where channel != .email {
                let messages = writer.messages(
                    for: [event],
                    channel: channel,
                    language: language,
                    chat: "-100",
                    at: Texts.now
                )
                #expect(messages.map(\.carried) == [[0]], "\(channel)")
                let read = try ReadMessage(try #require(messages.first))
                let title = writer.library.note(for: event, channel: channel, language: language, at: Texts.now).title
                let word = try #require(title.plain.split(separator: " ").first { $0.allSatisfy(\.isLetter) })
                #expect(read.text.contains(word), "\(channel): \(read.text)")
            }
            let mail = writer.mail(for: [event], language: language, at: Texts.now)
            #expect(!mail.subject.isEmpty && !mail.plain.isEmpty && mail.html.hasSuffix("</html>\n"))
        }
    }

    @Test func everyCodeThatPeopleMeetHasWordsInEveryLanguage() throws {
        let texts = try BuiltInTexts()
        let codes: [(type: String, field: String, values: [String])] = [
            ("withdrawal.short", "reason", ShortageReason.allCases.map(\.rawValue)),
            ("withdrawal.revoked", "reason", WithdrawalRevoked.Reason.allCases.map(\.rawValue)),
            ("withdrawal.failed", "reason", FailureReason.allCases.map(\.rawValue)),
            ("withdrawal.rejected", "reason", RejectionReason.allCases.map(\.rawValue)),
            ("supplier.order_settled", "outcome", SupplierOrderSettled.Outcome.allCases.map(\.rawValue)),
            ("price.updated", "trx_usd_state", PriceState.allCases.map(\.rawValue)),
            ("price.updated", "market_demand", MarketDemand.allCases.map(\.rawValue)),
            ("alert.raised", "severity", AlertSeverity.allCases.map(\.rawValue)),
            ("alert.escalated", "previous_severity", AlertSeverity.allCases.map(\.rawValue)),
            ("notification.dead", "channel", NotificationChannel.allCases.map(\.rawValue)),
            (
                "withdrawal.rejected", "message_type",
                Catalogue.commands.map { $0.name }
                    .filter { $0.type.hasPrefix("withdrawal.") }.map(\.wireName)
            ),
        ]
        for language in Language.allCases {
            let words = texts.words(language)
            for (type, field, values) in codes {
                #expect(!values.isEmpty)
                for value in values {
                    let isThere = (words["\(type).\(field).\(value)"] ?? words["\(field).\(value)"]) != nil
                    #expect(isThere, "\(type) \(field) \(value) has no words in \(language)")
                }
            }
            for reason in ShortageReason.allCases {
                #expect(words.advice(on: reason.rawValue, at: "reason", in: "withdrawal.short") != nil, "\(reason)")
            }
        }
    }

    @Test func bothVocabulariesHaveTheSameKeys() throws {
        let texts = try BuiltInTexts()
        let korean = Set(texts.words(.ko).keys)
        let english = Set(texts.words(.en).keys)
        #expect(korean.symmetricDifference(english) == [])
        #expect(korean.count > 100)
    }

    @Test func whatIsAbsentLeavesNoEmptyLabels() throws {
        let event = try Texts.event(
            "withdrawal.ready",
            body: #"{"withdrawal_id":"W-1","partner_id":"p42","method":"energy","source":"own_stake","user_id":null}"#
        )
        let note = try Texts.builtIn.get().note(for: event, channel: .slack, language: .en, at: Texts.now)
        #expect(note.lines.compactMap(\.label).map(\.plain) == ["Source"])
    }

    @Test func theMethodDecidesWhatAReadyWithdrawalSays() throws {
        let library = try Texts.builtIn.get()
        func sentence(_ method: String) throws -> String {
            let event = try Texts.event("withdrawal.ready", body: #"{"withdrawal_id":"W-1","method":"\#(method)"}"#)
            return library.note(for: event, channel: .slack, language: .en, at: Texts.now).lines.first?.spans.plain
                ?? ""
        }
        #expect(try sentence("energy").contains("energy is there"))
        #expect(try sentence("burn").contains("burn TRX"))
    }

    @Test func whatWasTakenAwayIsTold() throws {
        let event = try Texts.event(PolicyChanged.name)
        let note = try Texts.builtIn.get().note(for: event, channel: .slack, language: .en, at: Texts.now)
        let details = note.lines.map { "\($0.label?.plain ?? "")=\($0.spans.plain)" }
        #expect(details.contains("fee_sun=—") && details.contains("margin_permille=50"))
    }

    @Test func anEventWithoutATextIsToldByItsFields() throws {
        let event = try Texts.event("report.daily", body: #"{"partner_id":"p42","settled":1000,"of":{"a":[1,"x"]}}"#)
        let note = try Texts.builtIn.get().note(for: event, channel: .slack, language: .ko, at: Texts.now)
        #expect(note.title.plain == "report.daily · p42")
        #expect(
            note.lines.map { "\($0.label?.plain ?? "")=\($0.spans.plain)" } == [
                "of=a 1, x", "partner_id=p42", "settled=1000",
            ]
        )
    }

    @Test(arguments: ["", "not json", "[1,2]", "null", "17"])
    func aBodyThatIsNoObjectIsStillTold(body: String) throws {
        for type in ["report.daily", "withdrawal.ready"] {
            let event = try Texts.event(type, body: body)
            let note = try Texts.builtIn.get().note(for: event, channel: .telegram, language: .en, at: Texts.now)
            #expect(!note.title.plain.isEmpty)
            #expect(note.footer.hasSuffix(type))
        }
    }
}

extension Character {
    fileprivate var isHangul: Bool { unicodeScalars.contains { (0xAC00...0xD7A3).contains($0.value) } }
}
