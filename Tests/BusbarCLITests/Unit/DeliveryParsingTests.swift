internal import ArgumentParser
internal import Foundation
internal import Models
internal import Planning
internal import Testing

@testable import BusbarCLI

enum JSONRoundTrip {
    /// What is read of what is written.
    static func of<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }
}

@Suite struct DeliveryParsingTests {
    private let now = Timestamp(milliseconds: 1_795_253_400_000)

    @Test func aMomentIsATimeADayOrHowLongAgo() throws {
        #expect(try Parsing.moment("2h").resolved(at: now) == now - .seconds(7200))
        #expect(try Parsing.moment("3d").resolved(at: now) == now - .seconds(3 * 86_400))
        let time = try #require(Timestamp("2026-11-21T09:30:00Z"))
        #expect(try Parsing.moment("2026-11-21T09:30:00Z").resolved(at: now) == time)
        #expect(try Parsing.moment("2026-11-21") == .at(try #require(Timestamp("2026-11-20T15:00:00Z"))))
        for text in ["", "2", "2w", "-2h", "yesterday", "1234567s", "2 h"] {
            #expect(throws: ValidationError.self, "\(text)") { _ = try Parsing.moment(text) }
        }
        #expect(try Parsing.duration("0") == .zero && Parsing.duration("90s") == .seconds(90))
    }

    @Test func theBeginningOfAnIDIsEnough() throws {
        let id = try #require(UUIDv7("0192f0c1-93ab-7c1e-8000-1f2e3d4c5b6a"))
        for text in ["0192f0c1", "0192F0C1-93ab", "0192f0c193ab7c1e", id.description] {
            #expect(try DeliveryID(text).range.contains(id), "\(text)")
        }
        #expect(try DeliveryID(id.description).range == id...id)
        #expect(try !DeliveryID("0192f0c2").range.contains(id))
        for text in ["", "0192f0c", "0192f0cz", id.description + "0", "..", "0192f0c1%"] {
            #expect(throws: ValidationError.self, "\(text)") { _ = try DeliveryID(text) }
        }
    }

    /// The database's pattern takes what the house's does: seeded, over types made of a few words.
    @Test func aPatternMeansTheSameToTheDatabase() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        let words = ["withdrawal", "ready", "alert", "a_1", "x"]
        func text(_ extra: [String]) -> String {
            (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                (words + extra).randomElement(using: &generator) ?? ""
            }
            .joined(separator: ".")
        }
        for _ in 0..<2000 {
            var written = text(["*"])
            if Bool.random(using: &generator) { written += ".#" }
            let pattern = try #require(EventPattern(written))
            let expression = try Regex(pattern.expression)
            let type = text([])
            #expect(
                (try expression.wholeMatch(in: type) != nil) == pattern.matches(type),
                "\(written) on \(type), seed \(seed)"
            )
        }
        for written in ["#", "alert.#"] {
            let pattern = try #require(EventPattern(written))
            for type in ["alert", "alert.raised", "alert.raised.x", "alerts"] {
                #expect((try Regex(pattern.expression).wholeMatch(in: type) != nil) == pattern.matches(type))
            }
        }
    }

    @Test(arguments: [
        [], ["--failed", "--all"], ["0192f0c1", "--failed"], ["--all"], ["0192f0c1", "--endpoint", "ops"],
        ["--failed", "--type", "A"], ["--failed", "--since", "soon"], ["--all", "--until", "2h"],
    ])
    func aReplayOfNothingInParticularIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try DeliveriesReplay.parse(arguments) }
    }

    @Test func timesThatEndBeforeTheyBeginAreRefused() throws {
        let command = try DeliveriesList.parse(["--since", "1h", "--until", "2h"])
        #expect(throws: ValidationError.self) { _ = try command.which.filter(at: now) }
        let other = try DeliveriesList.parse(["--since", "2h", "--until", "1h", "--type", "alert.#", "--state", "dead"])
        let filter = try other.which.filter(at: now)
        #expect(filter.since == now - .seconds(7200) && filter.until == now - .seconds(3600))
        #expect(filter.type?.description == "alert.#" && other.state == [.dead])
    }

    @Test func whatOthersWroteCannotMoveTheCursor() {
        #expect(OutsideText.line("a\u{1B}[31mb\nc\u{202E}d") == #"a\u{1b}[31mb c\u{202e}d"#)
        #expect(OutsideText.line("안녕하세요 😀", limit: 3) == "안녕하…")
        #expect(OutsideText.lines("{\n  \"a\": \"\u{7}\"\r\n}") == ["{", #"  "a": "\u{7}""#, "}"])
    }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
