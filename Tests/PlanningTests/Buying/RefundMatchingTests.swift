import Models
import Planning
import Testing

/// Which claims a surplus pays.
struct RefundMatchingTests {
    private func claim(_ number: Int64, _ owed: Int64, isWhole: Bool = true) -> RefundClaim {
        RefundClaim(acquisition: allocation(number), owed: Sun(owed), isWhole: isWhole)
    }

    @Test func oneExactSumIsTakenAndTheOlderOfEqualOnes() {
        let claims = [claim(1, 5), claim(2, 5), claim(3, 12)]
        #expect(matchRefunds(Sun(5), to: claims) == [claims[0]])
        #expect(matchRefunds(Sun(17), to: claims) == [claims[0], claims[2]])
        #expect(matchRefunds(Sun(22), to: claims) == claims)
    }

    @Test func whatFitsNothingOrSeveralWaysIsLeftToPeople() {
        #expect(matchRefunds(Sun(7), to: [claim(1, 5), claim(2, 12)]).isEmpty)
        #expect(matchRefunds(Sun(10), to: [claim(1, 10), claim(2, 4), claim(3, 6)]).isEmpty)
        #expect(matchRefunds(.zero, to: [claim(1, 5)]).isEmpty)
        #expect(matchRefunds(Sun(-5), to: [claim(1, 5)]).isEmpty)
    }

    @Test func ofManyTheOldestThatNothingCameForArePaidFirst() {
        // Every third is short of a part alone, which nobody pays back.
        let claims = (Int64(1)...60).map { number -> RefundClaim in
            claim(number, 1000 + 7 * number * number, isWhole: number % 3 != 0)
        }
        let whole: [RefundClaim] = claims.filter { $0.isWhole }
        let paid = whole.prefix(25).reduce(Sun.zero) { $0 + $1.owed }
        #expect(matchRefunds(paid, to: claims) == Array(whole.prefix(25)))
        let all = whole.reduce(Sun.zero) { $0 + $1.owed }
        #expect(matchRefunds(all, to: claims) == whole)
        #expect(matchRefunds(paid + Sun(1), to: claims).isEmpty)
        let allButOne = all - whole[7].owed
        #expect(matchRefunds(allButOne, to: claims) == whole.filter { $0 != whole[7] })
    }
}
