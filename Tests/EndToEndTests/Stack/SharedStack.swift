internal import Models
internal import Testing

/// One stack with a listening partner for all tests of a suite: started before the first, ended after the last.
struct SharedStack: SuiteTrait, TestScoping {
    struct Ground: Sendable {
        var stack: StackUnderTest
        var upstream: Upstream
    }

    var allocators = 1
    var wallets = 1
    /// Partners for whom the first one's user may not speak.
    var others = 0
    var variables: [String: String] = [:]
    /// Whether energy can be bought, of TronZap and TronNRG as the devnet plays them.
    var buys = false

    @TaskLocal static var ground: Ground?

    static func current() throws -> Ground {
        guard let ground else { throw EndToEndError("the test runs outside its suite") }
        return ground
    }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await StackUnderTest.with(allocators: allocators, variables: variables) { stack in
            if buys { try await stack.addSuppliers() }
            let partner = try await stack.addPartner("acme", wallets: wallets)
            for number in 0..<others { _ = try await stack.addPartner("other-\(number + 1)") }
            try await Upstream.with(partner, on: stack) { upstream in
                try await Self.$ground.withValue(Ground(stack: stack, upstream: upstream)) { try await function() }
                #expect(upstream.book.violations() == [])
            }
        }
    }
}
