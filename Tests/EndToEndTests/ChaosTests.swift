internal import LocalStack
internal import Models
internal import Testing

/// A generator whose runs can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension EndToEndTests {
    /// Kill -9 anywhere loses nothing.
    @Suite(.serialized)
    struct Chaos {
        @Test(arguments: [1, 3])
        func twentyRoundsOfKillingLoseNothing(allocators: Int) async throws {
            let seed = Launch.variable("BUSBAR_TEST_SEED").flatMap { UInt64($0) } ?? .random(in: 0...999_999)
            print("chaos with \(allocators) allocators: BUSBAR_TEST_SEED=\(seed) repeats it")
            var generator = SeededGenerator(seed: seed)
            let variables = ["BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s"]
            try await StackUnderTest.with(allocators: allocators, variables: variables) { stack in
                let partner = try await stack.addPartner("acme", wallets: 4)
                try await Upstream.with(partner, on: stack) { upstream in
                    var ids: [String] = []
                    for round in 1...20 {
                        for _ in 0..<Int.random(in: 3...10, using: &generator) {
                            let id = "w\(ids.count + 1)"
                            ids.append(id)
                            let wallet = Int.random(in: 0..<4, using: &generator)
                            try await upstream.request(id, wallet: wallet, amount: "\(ids.count).5")
                        }
                        try await Task.sleep(for: .milliseconds(Int.random(in: 0...900, using: &generator)))
                        let victim = stack.allocators.randomElement(using: &generator) ?? "allocator"
                        let before = try stack.part(victim).process?.pid
                        let isKilled = try stack.kill(victim)
                        switch round {
                        case 7: try await killServer("rabbitmq", of: stack)
                        case 14: try await killServer("postgresql", of: stack)
                        default: break
                        }
                        // With none left there is nothing to kill in the next round.
                        if isKilled, allocators == 1 { try await stack.waitUntilBack(victim, notAs: before) }
                    }
                    try await upstream.allEnded(limit: .seconds(180))
                    upstream.expectSettled(ids)
                    try await stack.expectReclaimed()
                    try await stack.expectClean(upstream)
                    let restarts = try stack.allocators.reduce(0) { $0 + (try stack.part($1).restarts) }
                    #expect(restarts >= 10, "too few were killed to prove anything")
                }
            }
        }

        private func killServer(_ name: String, of stack: StackUnderTest) async throws {
            let before = try stack.part(name).process?.pid
            #expect(try stack.kill(name))
            try await stack.waitUntilBack(name, notAs: before)
        }
    }
}
