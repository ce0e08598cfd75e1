import Foundation
import Models
import Testing

/// The wire format of every message. A golden file that has to change is a change that every consumer meets.
struct GoldenTests {
    @Test func everyMessageHasOneSampleAndOneGoldenFile() throws {
        let samples = try Samples.all().map { type(of: $0).name.wireName }
        let catalogue = Catalogue.all.map { $0.name.wireName }
        #expect(samples == catalogue)
        #expect(try Files.goldenNames() == Set(catalogue))
    }

    @Test func messagesAreWrittenAsTheirGoldenFilesSay() throws {
        for message in try Samples.all() {
            let golden = try Files.golden(type(of: message).name)
            #expect(try JSON.encode(message) + "\n" == golden, "\(type(of: message).name.wireName)")
        }
    }

    @Test func goldenFilesAreReadAsTheValuesThatWroteThem() throws {
        for message in try Samples.all() { try expectSame(message) }
    }

    private func expectSame<M: Message>(_ message: M) throws {
        let read = try JSON.decode(M.self, Files.golden(M.name))
        let same = (message as? any Equatable).map { isEqual($0, read) }
        #expect(same == true, "\(M.name.wireName) was read as \(read)")
    }

    private func isEqual<Value: Equatable>(_ value: Value, _ other: any Sendable) -> Bool { value == other as? Value }

    @Test func unknownFieldsAreIgnored() throws {
        for message in try Samples.all() { try expectIgnored(message) }
    }

    private func expectIgnored<M: Message>(_ message: M) throws {
        var fields = try JSON.fields(Files.golden(M.name))
        fields["of_the_future"] = ["nested": [1, 2, 3]]
        let read = try JSON.decode(M.self, JSON.text(fields))
        #expect(try JSON.encode(read) == JSON.encode(message), "\(M.name.wireName)")
    }

    @Test func aMessageWithoutARequiredFieldCannotBeReadAndWithoutAnOptionalOneItCan() throws {
        let schemas = try AsyncAPI(Files.asyncAPI()).messages
        for message in try Samples.all() {
            let name = type(of: message).name.wireName
            let schema = try #require(schemas.first { $0.wireName == name }, "\(name)")
            try expectRequired(message, schema.required, Samples.neverTogether[name] ?? [])
        }
    }

    private func expectRequired<M: Message>(_ message: M, _ required: Set<String>, _ excluding: Set<String>) throws {
        let fields = try JSON.fields(Files.golden(M.name))
        for name in fields.keys where !excluding.contains(name) {
            for replacement in [nil, NSNull()] as [NSNull?] {
                var changed = fields
                changed[name] = replacement
                let text = try JSON.text(changed)
                if required.contains(name) {
                    #expect(throws: DecodingError.self, "\(M.name.wireName) without \(name)") {
                        try JSON.decode(M.self, text)
                    }
                } else {
                    #expect(throws: Never.self, "\(M.name.wireName) without \(name)") { try JSON.decode(M.self, text) }
                }
            }
        }
    }

    @Test func aSettlementNamesExactlyOneOfTransactionAndGivenUp() throws {
        var fields = try JSON.fields(Files.golden(WithdrawalSettle.name))
        fields["given_up"] = true
        let both = try JSON.text(fields)
        #expect(throws: DecodingError.self) { try JSON.decode(WithdrawalSettle.self, both) }
        fields["txid"] = nil
        let givenUp = try JSON.decode(WithdrawalSettle.self, JSON.text(fields))
        #expect(givenUp.givenUp && givenUp.txid == nil)
        fields["given_up"] = nil
        let neither = try JSON.text(fields)
        #expect(throws: DecodingError.self) { try JSON.decode(WithdrawalSettle.self, neither) }
    }

    @Test func aNotificationSaysSomethingAndNotTooMuch() throws {
        let golden = try JSON.fields(Files.golden(NotificationSend.name))
        func read(_ field: String, _ value: String) throws -> NotificationSend {
            var fields = golden
            fields[field] = value
            return try JSON.decode(NotificationSend.self, JSON.text(fields))
        }
        for (field, longest) in [("title", 200), ("text", 8000)] {
            #expect(throws: Never.self, "\(field)") { try read(field, String(repeating: "가", count: longest)) }
            for text in ["", String(repeating: "a", count: longest + 1)] {
                #expect(throws: DecodingError.self, "\(field) of \(text.utf8.count)") { try read(field, text) }
            }
        }
        #expect(throws: DecodingError.self) { try read("severity", "urgent") }
    }

    @Test func theKindOfAnAlertIsAWord() throws {
        for kind in ["", "Energy_low", "energy low", "energy-low", String(repeating: "a", count: 65)] {
            var fields = try JSON.fields(Files.golden(AlertRaised.name))
            fields["kind"] = kind
            let text = try JSON.text(fields)
            #expect(throws: DecodingError.self, "\(kind)") { try JSON.decode(AlertRaised.self, text) }
        }
        #expect(AlertKind.endpointDisabled == AlertKind("endpoint_disabled") && AlertKind.test == AlertKind("test"))
    }

    @Test func namesAreSnakeCaseAndIntegersStayBelow2To53() throws {
        for message in try Samples.all() {
            let name = type(of: message).name.wireName
            for (field, value) in try JSON.fields(Files.golden(type(of: message).name)) {
                #expect(field.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || $0 == 95 }, "\(name): \(field)")
                guard let number = value as? NSNumber else { continue }
                #expect(number.int64Value.magnitude < 1 << 53, "\(name): \(field)")
                #expect(number.doubleValue == Double(number.int64Value), "\(name): \(field) is no integer")
            }
        }
    }
}
