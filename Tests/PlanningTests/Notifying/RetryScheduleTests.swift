import Models
import Planning
import Testing

struct RetryScheduleTests {
    private let bases: [Duration] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400].map { .seconds($0) }

    @Test func eightTriesAreMadeOverMoreThanADay() async {
        await forEverySeed(300) { seed, random in
            let schedule = RetrySchedule()
            var whole = Duration.zero
            for (index, base) in bases.enumerated() {
                guard let wait = schedule.wait(afterTry: index + 1, using: &random) else {
                    Issue.record("no wait after try \(index + 1), seed \(seed)")
                    return
                }
                #expect(wait >= base * 4 / 5 && wait <= base * 6 / 5, "seed \(seed), try \(index + 1)")
                whole += wait
            }
            #expect(whole > .seconds(25 * 3600) && whole < .seconds(38 * 3600), "seed \(seed)")
            for number in [8, 9, 1000, Int.max] {
                let wait = schedule.wait(afterTry: number, wish: .seconds(60), using: &random)
                #expect(wait == nil, "seed \(seed)")
            }
        }
        #expect(RetrySchedule().tries == 8)
    }

    @Test func waitsSpreadOverTheirWholeRange() {
        var random = Generator(seed: 5)
        let waits = (0..<2000).compactMap { _ in RetrySchedule().wait(afterTry: 2, using: &random) }
        #expect(waits.contains { $0 < .seconds(250) } && waits.contains { $0 > .seconds(350) })
        let mean = waits.reduce(.zero, +) / waits.count
        #expect(mean > .seconds(295) && mean < .seconds(305))
    }

    @Test func aReceiversWishMakesTheWaitLongerNeverShorterUpToADay() async {
        await forEverySeed(300) { seed, random in
            let number = Int(random.int(1...7))
            let wish = Duration.seconds(random.int(-10...200_000))
            var same = random
            let plain = RetrySchedule().wait(afterTry: number, using: &same)
            let wait = RetrySchedule().wait(afterTry: number, wish: wish, using: &random)
            guard let plain, let wait else {
                Issue.record("no wait, seed \(seed)")
                return
            }
            #expect(wait >= plain, "seed \(seed)")
            #expect(wait == max(plain, min(wish, .seconds(86_400))), "seed \(seed)")
        }
    }

    @Test func aScheduleOfOnesOwnIsKept() {
        var random = Generator(seed: 1)
        let schedule = RetrySchedule(waits: [.milliseconds(10), .milliseconds(20)], jitterPerMille: 0)
        let waits = (0...4).map { schedule.wait(afterTry: $0, using: &random) }
        #expect(waits == [.milliseconds(10), .milliseconds(10), .milliseconds(20), nil, nil])
        let none = RetrySchedule(waits: []).wait(afterTry: 1, using: &random)
        #expect(none == nil)
        #expect(RetrySchedule(jitterPerMille: 5000).jitterPerMille == 1000)
        #expect(RetrySchedule(jitterPerMille: -5).jitterPerMille == 0)
    }

    @Test func anEndpointIsDisabledAfterFiveDaysAndFiveFailuresOfNothingElse() {
        let since = moment(0)
        let days = Duration.seconds(5 * 86_400)
        #expect(shouldDisable(failingSince: since, attempts: 5, now: since + days))
        #expect(!shouldDisable(failingSince: since, attempts: 4, now: since + days))
        #expect(!shouldDisable(failingSince: since, attempts: 500, now: since + days - .milliseconds(1)))
        #expect(!shouldDisable(failingSince: nil, attempts: 500, now: since + days))
    }
}
