import Models
import Planning
import Testing

struct RevocationPlanTests {
    @Test func nothingIsRevokedWhileEverythingFits() {
        #expect(planRevocations([claim(1, energy: 50), claim(2, energy: 50)], capacity: Energy(100)).isEmpty)
    }

    @Test func theLeastUrgentAndYoungestLosesItsPromiseFirst() {
        let open = [
            claim(1, energy: 10, urgency: 2, at: 50), claim(2, energy: 10, urgency: 0, at: 1),
            claim(3, energy: 10, urgency: 0, at: 2), claim(4, energy: 10, urgency: 1, at: 3),
        ]
        #expect(planRevocations(open, capacity: Energy(25)) == [key(3), key(2)])
    }

    @Test func withoutCapacityEverythingIsRevoked() {
        #expect(planRevocations([claim(1), claim(2)], capacity: .zero) == [key(2), key(1)])
    }

    @Test func theResultFitsIsTheShortestTailAndRevokesNoFreeRider() async {
        await forEverySeed { seed, random in
            let open = (0..<random.int(0...12)).map { number in
                claim(
                    number,
                    energy: random.amount(upTo: 130_000),
                    urgency: Int16(random.int(0...2)),
                    at: random.int(0...4)
                )
            }.shuffled(using: &random)
            let capacity = Energy(random.amount(upTo: 600_000))
            let revoked = planRevocations(open, capacity: capacity)
            let kept = open.filter { !revoked.contains($0.key) }

            #expect(Set(revoked).count == revoked.count, "seed \(seed)")
            #expect(sum(kept) <= capacity, "seed \(seed): what is kept does not fit")
            if let last = open.first(where: { $0.key == revoked.last }) {
                #expect(sum(kept) + last.need.energy > capacity, "seed \(seed): \(last.key) was revoked without need")
            }
            let tail = open.filter { $0.need.energy > .zero }.sorted(by: Claim.goesFirst).suffix(revoked.count)
            #expect(revoked == tail.reversed().map(\.key), "seed \(seed): not the tail of the order")
        }
    }

    private func sum(_ claims: [Claim]) -> Energy { claims.reduce(.zero) { $0 + $1.need.energy } }
}
