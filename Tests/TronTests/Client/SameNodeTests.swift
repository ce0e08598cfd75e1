import ChainModel
import Models
import TestSupport
import Testing
import Tron

/// Readings that come with a block, and broadcasts over several nodes.
@Suite struct SameNodeTests {
    private let owner = address("41dd791d6b49e190062d650e6a23c575510d35f2f9")
    private let transaction: SignedTransaction = {
        let body = TransactionVectorTests.vectors[0].body
        return SignedTransaction(rawBytes: body.rawBytes, signatures: [[UInt8](repeating: 1, count: 65)])
    }()

    private func node(at number: Int64, energy: Int) -> @Sendable (ScriptedNode.Asked, Int) -> ScriptedNode.Reply {
        let digits = String(number, radix: 16)
        let id = String(repeating: "0", count: 16 - digits.count) + digits + String(repeating: "a", count: 48)
        return { asked, _ in
            asked.path == "/wallet/getblock"
                ? .json(
                    #"{"blockID":"\#(id)","block_header":{"raw_data":{"number":\#(number),"timestamp":3000,"parentHash":"\#(id)"}}}"#
                ) : .json(#"{"EnergyLimit":\#(energy)}"#)
        }
    }

    @Test func laggingNodesArePassedOver() async throws {
        try await ScriptedNode.with(.init(node(at: 99, energy: 1))) { lagging in
            try await ScriptedNode.with(.init(node(at: 100, energy: 2))) { current in
                try await withClient([NodeEndpoint(url: lagging.url), NodeEndpoint(url: current.url)]) { client in
                    let reading = try await client.accountResources(of: owner, atLeastBlock: 100)
                    #expect(reading.head.number == 100)
                    #expect(reading.resources?.energyLimit == Energy(2))
                    #expect(lagging.asked.map(\.path) == ["/wallet/getblock"])
                    #expect(current.asked.map(\.path) == ["/wallet/getblock", "/wallet/getaccountresource"])
                    let early = try await client.accountResources(of: owner, atLeastBlock: 99)
                    #expect(early.resources?.energyLimit == Energy(1))
                }
            }
        }
    }

    @Test func nobodyIsThereYet() async throws {
        try await ScriptedNode.with(.init(node(at: 99, energy: 1))) { lagging in
            try await withClient([NodeEndpoint(url: lagging.url)]) { client in
                let thrown = await #expect(throws: NodeError.self) {
                    try await client.accountResources(of: owner, atLeastBlock: 100)
                }
                #expect(thrown?.code == .behind)
                #expect(client.health[0].head == 99)
                #expect(client.health[0].isCircuitOpen == false)
            }
        }
    }

    private func broadcast(
        _ first: ScriptedNode.Reply,
        _ second: ScriptedNode.Reply,
        timeout: Duration = .seconds(60),
        _ check: (BroadcastOutcome, _ first: ScriptedNode, _ second: ScriptedNode) -> Void
    ) async throws {
        try await ScriptedNode.with(.init { _, _ in first }) { one in
            try await ScriptedNode.with(.init { _, _ in second }) { two in
                let endpoints = [NodeEndpoint(url: one.url), NodeEndpoint(url: two.url)]
                try await withClient(endpoints, configured { $0.timeout = timeout }) { client in
                    check(await client.broadcast(transaction), one, two)
                }
            }
        }
    }

    private let accepted = ScriptedNode.Reply.json(#"{"result":true,"code":"SUCCESS"}"#)
    private let invalid = ScriptedNode.Reply.json(#"{"code":"CONTRACT_VALIDATE_ERROR","message":"6e6f"}"#)
    private let known = ScriptedNode.Reply.json(#"{"code":"DUP_TRANSACTION_ERROR"}"#)

    @Test func oneAcceptanceIsEnough() async throws {
        try await broadcast(accepted, invalid) { outcome, _, two in
            #expect(outcome == .accepted)
            #expect(two.asked.isEmpty)
        }
    }

    @Test func aLostAnswerIsFollowedByTheSameBytes() async throws {
        try await broadcast(.silence, known, timeout: .patient(.seconds(1))) { outcome, one, two in
            #expect(outcome == .duplicate)
            #expect(one.asked.map(\.body) == two.asked.map(\.body))
        }
    }

    /// The first node may have taken it, so that the second one's refusal proves nothing.
    @Test func aRefusalAfterALostAnswerIsNotDefinite() async throws {
        try await broadcast(.hangUp, invalid) { outcome, _, _ in
            guard case .unknown = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    @Test func aRefusalAfterABusyNodeIsDefinite() async throws {
        try await broadcast(.json(#"{"code":"SERVER_BUSY"}"#), invalid) { outcome, _, _ in
            guard case .definitelyRejected(let rejection) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(rejection.isInvalid)
        }
    }

    @Test func throttledMeansNotSent() async throws {
        try await broadcast(.json("", status: 429), .json("", status: 403)) { outcome, _, _ in
            guard case .retrySameBytes = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
        try await withClient([NodeEndpoint(url: "http://127.0.0.1:1")]) { client in
            guard case .retrySameBytes = await client.broadcast(transaction) else {
                Issue.record("a node that cannot be reached has not been sent anything")
                return
            }
        }
    }
}
