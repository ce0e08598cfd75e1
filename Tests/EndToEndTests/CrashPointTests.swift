internal import Glibc
internal import LocalStack
internal import Models
internal import TestSupport
internal import Testing

extension EndToEndTests {
    /// An allocator that dies at a named place, with the work on its desk: another one carries on, and nothing is lost or
    /// done twice.
    @Suite(
        .serialized,
        SharedStack(
            wallets: 18,
            variables: ["BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s"]
        )
    )
    struct CrashPoints {
        struct Point: Sendable, CustomTestStringConvertible {
            var number: Int
            var name: String
            var pass: Int

            var testDescription: String { "\(name):\(pass)" }
        }

        static let points = [
            ("inbox", 2), ("commit", 3), ("ack", 1), ("publish", 2), ("confirm", 2), ("sign", 2), ("store", 1),
            ("broadcast", 1), ("record", 2),
        ].enumerated().map { Point(number: $0, name: $1.0, pass: $1.1) }

        @Test(arguments: points)
        func everyWithdrawalSettlesOnce(_ point: Point) async throws {
            let ground = try SharedStack.current()
            let (stack, upstream) = (ground.stack, ground.upstream)
            let doomed = try stack.startAllocator(
                "crash-\(point.name)",
                ["BUSBAR_CRASH_AT": "\(point.name):\(point.pass)"]
            )
            try await doomed.waitUntilReady()
            // The stack's own one has to let go of the lead, and is back in a moment.
            let before = try stack.part("allocator").process?.pid
            try stack.kill("allocator")

            var ids: [String] = []
            for number in 0..<30 {
                let id = "\(point.name)-\(number + 1)"
                ids.append(id)
                // Wallets of its own, that have no energy yet.
                try await upstream.request(id, wallet: 2 * point.number + number % 2, amount: "\(number + 1).25")
                if number % 10 == 9 { try await Task.sleep(for: .milliseconds(400)) }
            }
            let deadline = ContinuousClock.now + .patient(.seconds(30))
            while doomed.process.isRunning, ContinuousClock.now < deadline {
                // The other one may have been quicker to take the lead.
                try await Task.sleep(for: .seconds(2))
                if doomed.process.isRunning { try stack.kill("allocator") }
                let id = "\(point.name)-\(ids.count + 1)"
                ids.append(id)
                try await upstream.request(id, wallet: 2 * point.number)
            }
            #expect(doomed.process.end == .signalled(SIGKILL), "it never came to \(point.name)")
            _ = await doomed.process.stop(grace: .seconds(5))

            try await stack.waitUntilBack("allocator", notAs: before)
            try await upstream.allEnded()
            upstream.expectSettled(ids)
            try await stack.expectClean(upstream)
        }

        /// Comes last: every delegation of all the crashes is taken back, so none was made that nobody knows of.
        @Test func everythingIsTakenBack() async throws {
            let ground = try SharedStack.current()
            try await ground.stack.expectReclaimed()
            try await ground.stack.expectClean(ground.upstream)
        }
    }
}
