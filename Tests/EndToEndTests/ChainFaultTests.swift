internal import Models
internal import Testing
internal import Tron

extension EndToEndTests {
    /// Nodes that misbehave: what was asked for still happens, once.
    @Suite(
        .serialized,
        SharedStack(
            wallets: 6,
            variables: ["BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s"]
        )
    )
    struct ChainFaults {
        struct Fault: Sendable, CustomTestStringConvertible {
            var name: String
            var body: String
            var wallet: Int

            var testDescription: String { name }
        }

        /// Each begins when the withdrawals are asked for, so that their delegations run into it.
        @Test(arguments: [
            Fault(name: "SERVER_BUSY", body: #"{"server_busy":true,"for_ms":4000}"#, wallet: 0),
            Fault(
                name: "answers dropped after acceptance",
                body: #"{"path":"/wallet/broadcasthex","drop_answer":true,"count":3}"#,
                wallet: 1
            ),
            Fault(name: "a lagging node", body: #"{"lag_blocks":5,"for_ms":5000}"#, wallet: 2),
            Fault(name: "errors and throttling", body: #"{"status":503,"probability":0.3,"for_ms":4000}"#, wallet: 3),
            Fault(name: "a stuck chain", body: #"{"stuck":true,"for_ms":3000}"#, wallet: 4),
        ])
        func everyWithdrawalSettlesOnce(_ fault: Fault) async throws {
            let ground = try SharedStack.current()
            let upstream = ground.upstream
            try await upstream.devnet.fault(fault.body)
            let ids = (0..<6).map { "\(fault.wallet)-\($0 + 1)" }
            for id in ids { try await upstream.request(id, wallet: fault.wallet) }
            try await upstream.allEnded()
            try await upstream.devnet.fault(#"{"clear":true}"#)
            upstream.expectSettled(ids)
            try await ground.stack.expectClean(upstream)
        }

        /// The newest block, with the delegation in it, was on a fork: the promise is taken back until it stands again.
        @Test(arguments: [true, false])
        func aReorganisationIsFollowed(keepingTransactions: Bool) async throws {
            let ground = try SharedStack.current()
            let upstream = ground.upstream
            let id = "fork-\(keepingTransactions)"
            try await ground.stack.expectReclaimed()
            // The chain makes no block before the allocator has seen what it lost.
            try await standingStill(upstream.devnet) {
                try await upstream.request(id, wallet: 5, conduct: .wait)
                try await upstream.book.wait("the delegation waits for a block") { _ in
                    try await upstream.devnet.state().pending > 0
                }
                try await upstream.devnet.mine()
                try await upstream.event("ready", of: id)
                upstream.book.update(id) { $0.conduct = .sendAndSettle }
                try await upstream.devnet.post(
                    "reorg",
                    #"{"depth":1,"keep_transactions":\#(keepingTransactions)}"#
                )
                try await upstream.event("revoked", of: id)
            }
            try await upstream.event("settled", of: id)
            upstream.expectSettled([id])
            try await ground.stack.expectClean(upstream)
        }

        private func standingStill(_ devnet: DevnetDriver, _ body: () async throws -> Void) async throws {
            try await devnet.fault(#"{"stuck":true}"#)
            do {
                try await body()
            } catch {
                try? await devnet.fault(#"{"clear":true}"#)
                throw error
            }
            try await devnet.fault(#"{"clear":true}"#)
        }
    }
}
