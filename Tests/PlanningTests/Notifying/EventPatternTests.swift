import FoundationEssentials
import Models
import Planning
import Testing

struct EventPatternTests {
    @Test(arguments: [
        ("withdrawal.ready", "withdrawal.ready", true),
        ("withdrawal.ready", "withdrawal.readyx", false),
        ("withdrawal.ready", "withdrawal", false),
        ("withdrawal.*", "withdrawal.ready", true),
        ("withdrawal.*", "withdrawal", false),
        ("withdrawal.*", "withdrawals.ready", false),
        ("withdrawal.*", "withdrawal.ready.v1", false),
        ("*.ready", "withdrawal.ready", true),
        ("*.ready", "withdrawal.settled", false),
        ("*", "withdrawal.ready", false),
        ("*.*", "withdrawal.ready", true),
        ("alert.#", "alert.raised", true),
        ("alert.#", "alert.raised.again", true),
        ("alert.#", "alert", true),
        ("alert.#", "alerts.raised", false),
        ("#", "withdrawal.ready", true),
        ("*.#", "withdrawal", true),
    ])
    func aPatternTakesWhatItSays(pattern: String, type: String, isTaken: Bool) throws {
        #expect(try #require(EventPattern(pattern)).matches(type) == isTaken)
    }

    @Test(arguments: [
        "", ".", "withdrawal.", ".ready", "a..b", "#.ready", "withdrawal.#.x", "with*", "a#", "##", "Withdrawal.ready",
        "withdrawal ready", "withdrawal.ready.v1 ", "경보", "a-b", String(repeating: "a", count: 129),
    ])
    func whatIsNoPatternIsRefused(text: String) {
        #expect(EventPattern(text) == nil)
    }

    @Test func aPatternIsItsTextInJSON() throws {
        let json = Data(##"["withdrawal.*","#"]"##.utf8)
        let read = try JSONDecoder().decode([EventPattern].self, from: json)
        #expect(read.map(\.description) == ["withdrawal.*", "#"] && read[1] == .all)
        #expect(try JSONEncoder().encode(read) == json)
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([EventPattern].self, from: Data(#"["a..b"]"#.utf8))
        }
        #expect(String(describing: error).contains("such as withdrawal.ready"))
    }

    @Test func everyEventOfTheCatalogueIsTakenByItsNameItsFamilyAndEverything() throws {
        for name in Catalogue.events.map({ $0.name.type }) {
            let family = try #require(name.split(separator: ".").first)
            for text in [name, "\(family).*", "\(family).#", "#", "*.*"] {
                #expect(try #require(EventPattern(text)).matches(name), "\(text) and \(name)")
            }
            #expect(try !#require(EventPattern("\(family)_x.*")).matches(name))
        }
    }

    /// Against a matcher that splits and recurses.
    @Test func patternsMatchAsWordsDo() async {
        await forEverySeed(300) { seed, random in
            let words = ["a", "b", "ab", "a_1"]
            func text(_ choices: [String], _ random: inout Generator) -> [String] {
                (0..<random.int(1...4)).map { _ in random.pick(choices) }
            }
            var pattern = text(words + ["*"], &random)
            if random.chance(30) { pattern.append("#") }
            let type = random.chance(40) ? pattern.map { $0 == "*" || $0 == "#" ? "b" : $0 } : text(words, &random)
            guard let read = EventPattern(pattern.joined(separator: ".")) else {
                Issue.record("\(pattern) is a pattern, seed \(seed)")
                return
            }
            let expected = Self.matches(pattern[...], type[...])
            #expect(read.matches(type.joined(separator: ".")) == expected, "seed \(seed), \(pattern) and \(type)")
        }
    }

    private static func matches(_ pattern: ArraySlice<String>, _ type: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return type.isEmpty }
        if first == "#" { return true }
        guard let word = type.first, first == "*" || first == word else { return false }
        return matches(pattern.dropFirst(), type.dropFirst())
    }
}
