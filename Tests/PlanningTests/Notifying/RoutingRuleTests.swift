import FoundationEssentials
import Models
import Planning
import Testing

struct RoutingRuleTests {
    private func read(_ json: String) throws -> RoutingRule {
        try JSONDecoder().decode(RoutingRule.self, from: Data(json.utf8))
    }

    @Test func aRuleIsReadAsItWasWritten() throws {
        let json =
            #"{"digest_seconds":900,"events":["alert.#","withdrawal.short"],"minimum_severity":"warning","partners":["p1"],"#
            + #""quiet_hours":"22:00-07:00+09:00"}"#
        let rule = try read(json)
        #expect(rule.events.map(\.description) == ["alert.#", "withdrawal.short"])
        #expect(rule.minimumSeverity == .warning && rule.partners == [partner("p1")] && rule.digestSeconds == 900)
        #expect(rule.quietHours == QuietHours("22:00-07:00"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(rule), as: UTF8.self) == json)
    }

    @Test func onlyTheEventsHaveToBeThere() throws {
        let rule = try read(##"{"events":["#"]}"##)
        #expect(rule == RoutingRule(events: [.all]))
        #expect(String(decoding: try JSONEncoder().encode(rule), as: UTF8.self) == ##"{"events":["#"]}"##)
    }

    @Test(arguments: [
        ("{}", "events"),
        (#"{"events":[]}"#, "# takes all"),
        (#"{"events":["a..b"]}"#, "not a pattern"),
        (##"{"events":["#"],"partners":[]}"##, "leave it out"),
        (##"{"events":["#"],"partners":["P 1"]}"##, "1-32 of"),
        (##"{"events":["#"],"digest_seconds":0}"##, "digest_seconds is 0"),
        (##"{"events":["#"],"digest_seconds":86401}"##, "1 to 86400"),
        (##"{"events":["#"],"quiet_hours":"22-7"}"##, "such as 22:00-07:00"),
        (##"{"events":["#"],"minimum_severity":"urgent"}"##, "urgent"),
    ])
    func aRuleThatCannotBeKeptIsRefusedByItsField(json: String, words: String) {
        let error = #expect(throws: DecodingError.self) { try read(json) }
        #expect(String(describing: error).contains(words), "\(String(describing: error))")
    }

    @Test func whatIsMadeInCodeIsCheckedBeforeItIsKept() throws {
        let many = RoutingRule(events: Array(repeating: .all, count: 65))
        #expect(throws: RoutingRuleError.tooManyEvents(65)) { try many.check() }
        #expect(throws: RoutingRuleError.noEvents) { try RoutingRule(events: []).check() }
        #expect(throws: RoutingRuleError.noPartners) { try RoutingRule(events: [.all], partners: []).check() }
        #expect(throws: RoutingRuleError.badDigest(-1)) { try RoutingRule(events: [.all], digestSeconds: -1).check() }
        try RoutingRule(events: Array(repeating: .all, count: 64), digestSeconds: 86_400).check()
    }
}
