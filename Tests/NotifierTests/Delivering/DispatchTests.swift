import Models
import Planning
import Testing
import Webhooks

@testable import Notifier

/// Whose turn it is, without any I/O.
@Suite struct DispatchTests {
    private let start = ContinuousClock.now

    private func endpoint(
        _ number: UInt64,
        shard: Int = 0,
        channel: NotificationChannel = .webhook,
        inFlight: Int = 2,
        failures: Int = 0
    ) -> Endpoint {
        Endpoint(
            id: UUIDv7(high: 1, low: number),
            name: "e\(number)",
            partner: nil,
            channel: channel,
            language: .en,
            rules: [],
            ratePerMinute: 600_000,
            inFlight: inFlight,
            shard: shard,
            secrets: .success(EndpointSecrets()),
            failures: failures
        )
    }

    private func delivery(_ number: UInt64, to endpoint: Endpoint) -> PendingDelivery {
        let time = Timestamp(milliseconds: 0)
        return PendingDelivery(
            id: UUIDv7(high: 2, low: number),
            endpoint: endpoint.id,
            event: NotifiedEvent(
                id: "m\(number)",
                storedAt: time,
                type: "withdrawal.ready",
                wireType: "withdrawal.ready.v1",
                partner: nil,
                correlationID: nil,
                severity: nil,
                occurredAt: time,
                traceparent: nil,
                body: "{}"
            ),
            attempts: 0,
            tries: 0
        )
    }

    private func dispatch(_ endpoints: [Endpoint], _ limits: Dispatch.Limits = .init()) -> Dispatch {
        var dispatch = Dispatch(limits: limits)
        dispatch.own(Set(0..<32))
        dispatch.update(Dictionary(uniqueKeysWithValues: endpoints.map { ($0.id, $0) }), revision: 1)
        return dispatch
    }

    @Test func aHangingEndpointHoldsNoMoreThanItsOwnRequests() {
        let (slow, quick) = (endpoint(1), endpoint(2))
        var dispatch = dispatch([slow, quick], .init(inFlight: 10))
        dispatch.offer((0..<20).map { delivery($0, to: slow) })
        #expect(dispatch.next(at: start).count == 2)
        dispatch.offer([delivery(100, to: quick)])
        let next = dispatch.next(at: start)
        #expect(next.map(\.endpoint.id) == [quick.id])
        #expect(dispatch.next(at: start).isEmpty)
    }

    @Test func lanesTakeTurns() {
        let endpoints = (1...3).map { endpoint($0, inFlight: 8) }
        var dispatch = dispatch(endpoints, .init(inFlight: 6))
        for (number, endpoint) in endpoints.enumerated() {
            dispatch.offer((0..<5).map { delivery(UInt64(number) * 10 + $0, to: endpoint) })
        }
        let order = dispatch.next(at: start).map(\.endpoint.name)
        #expect(order == ["e1", "e2", "e3", "e1", "e2", "e3"])
    }

    @Test func peopleGetWhatWaitsTogether() {
        let chat = endpoint(1, channel: .slack)
        var dispatch = dispatch([chat])
        dispatch.offer((0..<7).map { delivery($0, to: chat) })
        #expect(dispatch.next(at: start).map(\.deliveries.count) == [7])
    }

    @Test func whatIsHeldIsNotTakenTwice() {
        let one = endpoint(1)
        var dispatch = dispatch([one])
        let item = delivery(1, to: one)
        dispatch.offer([item, item])
        #expect(dispatch.held == 1)
        let launch = dispatch.next(at: start)
        dispatch.offer([item])
        dispatch.ended(launch[0], .delivered, returned: [], at: start)
        dispatch.offer([item])
        #expect(dispatch.next(at: start).isEmpty, "its result is not stored yet")
        dispatch.written([item])
        #expect(dispatch.held == 0)
    }

    @Test func whatEndsWhileTheDatabaseIsAskedIsNotSentAgain() {
        let one = endpoint(1)
        var dispatch = dispatch([one])
        let (wants, _) = dispatch.wants(all: true, at: start)
        #expect(wants.map(\.endpoint) == [one.id])
        let item = delivery(1, to: one)
        dispatch.offer([item])
        let launch = dispatch.next(at: start)
        dispatch.ended(launch[0], .delivered, returned: [], at: start)
        dispatch.written([item])
        // The answer was read before the result was stored.
        dispatch.take([item, delivery(2, to: one)], asked: wants)
        #expect(dispatch.next(at: start).flatMap(\.deliveries).map(\.id.low) == [2])
    }

    @Test func nothingBeginsOfAShardThatIsGivenAway() {
        let (mine, theirs) = (endpoint(1, shard: 1), endpoint(2, shard: 2))
        var dispatch = dispatch([mine, theirs])
        dispatch.offer([delivery(1, to: mine), delivery(2, to: theirs), delivery(3, to: theirs)])
        let launches = dispatch.next(at: start)
        #expect(launches.count == 3)
        dispatch.disown([2])
        #expect(!dispatch.isDrained([2]))
        dispatch.offer([delivery(4, to: theirs)])
        #expect(dispatch.next(at: start).isEmpty)
        for launch in launches where launch.endpoint.id == theirs.id {
            dispatch.ended(launch, .delivered, returned: [], at: start)
            dispatch.written(launch.deliveries)
        }
        #expect(dispatch.isDrained([2]))
        #expect(dispatch.held == 1)
    }

    @Test func nothingIsSentAfterGoneUntilSomebodyEnablesTheEndpointAgain() {
        let one = endpoint(1)
        var dispatch = dispatch([one])
        dispatch.offer((1...3).map { delivery($0, to: one) })
        let launches = dispatch.next(at: start)
        dispatch.ended(launches[0], .gone, returned: [], at: start)
        dispatch.close(one.id)
        #expect(dispatch.next(at: start).isEmpty)
        // Read before it was stored that it is gone.
        dispatch.update([one.id: one], revision: 2)
        dispatch.offer([delivery(9, to: one)])
        #expect(dispatch.next(at: start).isEmpty)
        dispatch.closed([one.id], revision: 3)
        dispatch.update([one.id: one], revision: 2)
        dispatch.offer([delivery(9, to: one)])
        #expect(dispatch.next(at: start).isEmpty)
        dispatch.update([:], revision: 3)
        dispatch.update([one.id: one], revision: 4)
        dispatch.offer([delivery(9, to: one)])
        #expect(dispatch.next(at: start).count == 1)
    }

    @Test func anOlderStateOfTheEndpointsIsIgnored() {
        let (old, new) = (endpoint(1, inFlight: 1), endpoint(1, inFlight: 5))
        var dispatch = dispatch([])
        dispatch.update([new.id: new], revision: 7)
        dispatch.update([old.id: old], revision: 6)
        dispatch.offer((0..<9).map { delivery($0, to: new) })
        #expect(dispatch.next(at: start).count == 5)
    }

    @Test func aFailingEndpointIsLeftInPeaceAndTriedAgain() throws {
        let one = endpoint(1, inFlight: 3)
        var dispatch = dispatch([one])
        dispatch.offer((0..<9).map { delivery($0, to: one) })
        for launch in dispatch.next(at: start) {
            dispatch.ended(launch, .failed(.timedOut), returned: [], at: start)
            dispatch.written(launch.deliveries)
        }
        #expect(dispatch.next(at: start).isEmpty)
        let next = dispatch.nextWake()
        let wake = try #require(next)
        #expect(wake > start)
        // One request tries whether it is well again.
        let probe = dispatch.next(at: wake)
        #expect(probe.count == 1)
        #expect(dispatch.next(at: wake).isEmpty)
        dispatch.ended(probe[0], .delivered, returned: [], at: wake)
        #expect(dispatch.next(at: wake).count == 3)
    }

    @Test func whateverHappensLimitsHoldAndNothingIsForgotten() {
        for seed in UInt64(1)...200 {
            var random = SeededGenerator(seed: seed)
            let endpoints = (1...UInt64.random(in: 1...6, using: &random)).map {
                endpoint($0, shard: Int($0) % 3, inFlight: Int.random(in: 1...4, using: &random))
            }
            var dispatch = dispatch(endpoints, .init(inFlight: Int.random(in: 1...8, using: &random), inHand: 50))
            let limit = 8
            var now = start
            var flying: [Dispatch.Launch] = []
            var database: [UUIDv7: PendingDelivery] = [:]
            var number: UInt64 = 0
            func settle(_ outcome: AttemptOutcome, _ position: Int) {
                let launch = flying.remove(at: position)
                dispatch.ended(launch, outcome, returned: [], at: now)
                if outcome == .delivered { for item in launch.deliveries { database[item.id] = nil } }
                dispatch.written(launch.deliveries)
            }
            for _ in 0..<300 {
                switch Int.random(in: 0..<5, using: &random) {
                case 0:
                    number += 1
                    let item = delivery(number, to: endpoints[Int.random(in: 0..<endpoints.count, using: &random)])
                    database[item.id] = item
                    if Bool.random(using: &random) { dispatch.offer([item]) }
                case 1:
                    let (wants, inHand) = dispatch.wants(all: true, at: now)
                    let found = wants.flatMap { want in
                        database.values.filter { $0.endpoint == want.endpoint && !inHand.contains($0.id) }
                            .sorted { $0.id < $1.id }.prefix(want.room)
                    }
                    dispatch.take(found, asked: wants)
                case 2: flying += dispatch.next(at: now)
                case 3:
                    guard !flying.isEmpty else { continue }
                    let outcome: AttemptOutcome = Bool.random(using: &random) ? .delivered : .failed(.timedOut)
                    settle(outcome, Int.random(in: 0..<flying.count, using: &random))
                default: now += .milliseconds(Int.random(in: 0...20_000, using: &random))
                }
                #expect(flying.count <= limit, "seed \(seed)")
                for endpoint in endpoints {
                    let own = flying.count { $0.endpoint.id == endpoint.id }
                    #expect(own <= endpoint.inFlight, "seed \(seed)")
                }
                #expect(Set(flying.flatMap(\.deliveries).map(\.id)).count == flying.count, "seed \(seed)")
            }
            // Left alone with receivers that are well, everything is delivered.
            for _ in 0..<2000 where !database.isEmpty {
                let (wants, inHand) = dispatch.wants(all: true, at: now)
                let found = wants.flatMap { want in
                    database.values.filter { $0.endpoint == want.endpoint && !inHand.contains($0.id) }.prefix(want.room)
                }
                dispatch.take(found, asked: wants)
                flying += dispatch.next(at: now)
                while !flying.isEmpty { settle(.delivered, 0) }
                now += .seconds(5)
            }
            #expect(database.isEmpty, "seed \(seed)")
            #expect(dispatch.held == 0 && dispatch.launched == 0, "seed \(seed)")
        }
    }
}

/// SplitMix64: seeded, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
