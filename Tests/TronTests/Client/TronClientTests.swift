import ChainModel
import Models
import Synchronization
import TestSupport
import Testing

@testable import Tron

@Suite struct TronClientTests {
    private let owner = address("41dd791d6b49e190062d650e6a23c575510d35f2f9")
    private let parameters = #"{"chainParameter":[{"key":"getEnergyFee","value":100}]}"#

    private func refused(_ url: String = "http://127.0.0.1:1") -> NodeEndpoint { NodeEndpoint(url: url) }

    @Test func asksWithPathBodyAndKey() async throws {
        let key = try #require(APIKey("secret-key"))
        try await ScriptedNode.with(.init { _, _ in .json("{}") }) { node in
            try await withClient([NodeEndpoint(url: node.url + "/", apiKey: key)]) { client in
                let account = try await client.account(owner)
                #expect(account == nil)
                let asked = try #require(node.asked.first)
                #expect(asked.path == "/wallet/getaccount")
                #expect(asked.body == #"{"address":"\#(owner.hex)"}"#)
                #expect(asked.headers["tron-pro-api-key"] == "secret-key")
                #expect(asked.headers["content-type"] == "application/json")
            }
        }
        #expect(!"\(NodeEndpoint(url: "http://a", apiKey: key))".contains("secret"))
    }

    @Test func extraHeadersAreThoseOfTheTaskThatAsks() async throws {
        let settings = configured { $0.extraHeaders = { Trace.current.map { [("traceparent", $0)] } ?? [] } }
        try await ScriptedNode.with(.init { _, _ in .json("{}") }) { node in
            try await withClient([NodeEndpoint(url: node.url)], settings) { client in
                _ = try await client.account(owner)
                try await Trace.$current.withValue("00-a-b-01") {
                    _ = try await client.account(owner)
                    // Each request of a batch is made by a task of its own.
                    let results = await client.accounts([owner, address("41" + String(repeating: "0", count: 40))])
                    for result in results.values { _ = try result.get() }
                    _ = await client.broadcast(SignedTransaction(rawBytes: [], signatures: []))
                }
                _ = try await client.account(owner)
                let told = node.asked.map { $0.headers["traceparent"] }
                #expect(told == [nil, "00-a-b-01", "00-a-b-01", "00-a-b-01", "00-a-b-01", nil])
            }
        }
    }

    @Test func anotherTryAsksForItsHeadersAnew() async throws {
        let numbers = Mutex(0)
        let settings = configured {
            $0.extraHeaders = {
                [
                    (
                        "traceparent",
                        numbers.withLock { number in
                            number += 1
                            return "\(number)"
                        }
                    )
                ]
            }
        }
        let script = ScriptedNode.Script { _, index in index == 0 ? .hangUp : .json("{}") }
        try await ScriptedNode.with(script) { node in
            try await withClient([NodeEndpoint(url: node.url)], settings) { client in
                _ = try await client.account(owner)
                #expect(node.asked.map { $0.headers["traceparent"] } == ["1", "2"])
            }
        }
    }

    @Test func solidReadsGoToTheirOwnAddress() async throws {
        try await ScriptedNode.with(.init { _, _ in .json("{}") }) { head in
            try await ScriptedNode.with(.init { _, _ in .json("{}") }) { solid in
                try await withClient([NodeEndpoint(url: head.url, solidURL: solid.url)]) { client in
                    _ = try await client.account(owner, in: .solid)
                    #expect(head.asked.isEmpty)
                    #expect(solid.asked.map(\.path) == ["/walletsolidity/getaccount"])
                }
            }
        }
    }

    @Test(arguments: [
        ScriptedNode.Reply.hangUp, .json("oops", status: 500), .json("{}", status: 502),
        .json("this API is unavailable due to config", status: 404),
        .json("this API is closed because this node is a lite fullnode"), .json(""), .json("{\"truncated\":"),
        .json(#"{"Error":"class java.lang.IllegalAccessException : lack of computing resources"}"#),
        .json("", status: 429), .json("", status: 403), .json("", status: 503, headers: ["retry-after": "1"]),
    ])
    func readsMoveOnToAnotherNode(reply: ScriptedNode.Reply) async throws {
        let good = parameters
        try await ScriptedNode.with(.init { _, _ in reply }) { bad in
            try await ScriptedNode.with(.init { _, _ in .json(good) }) { node in
                try await withClient([NodeEndpoint(url: bad.url), NodeEndpoint(url: node.url)]) { client in
                    // A truncated answer is noticed when it is decoded, after a node was chosen.
                    if case .json("{\"truncated\":", _, _) = reply {
                        await #expect(throws: NodeError.self) { try await client.networkParameters() }
                        return
                    }
                    let price = try await client.networkParameters().energyPrice
                    #expect(price == Sun(100))
                    #expect((bad.asked.count, node.asked.count) == (1, 1))
                }
            }
        }
    }

    @Test func deadNodesAreSkipped() async throws {
        let good = parameters
        try await ScriptedNode.with(.init { _, _ in .json(good) }) { node in
            // No probe until the end, however slow the machine is.
            let settings = configured { $0.circuitPause = $0.circuitPauseLimit }
            try await withClient([refused(), NodeEndpoint(url: node.url)], settings) { client in
                for _ in 0..<8 {
                    let price = try await client.networkParameters().energyPrice
                    #expect(price == Sun(100))
                }
                let health = client.health
                #expect(health.map(\.isCircuitOpen) == [true, false])
                #expect(health[0].failures == 5)
                #expect(health[1].failures == 0)
                #expect(health[0].lastError?.contains("unreachable") == true)
            }
        }
    }

    @Test func aRefusalIsNotAskedTwice() async throws {
        let error = #"{"Error":"class org.tron.core.exception.ContractValidateException : no"}"#
        try await ScriptedNode.with(.init { _, _ in .json(error) }) { node in
            try await withClient([NodeEndpoint(url: node.url), NodeEndpoint(url: node.url)]) { client in
                let thrown = await #expect(throws: NodeError.self) { try await client.account(owner) }
                #expect(thrown?.code == .refused)
                #expect(thrown?.reason.hasSuffix("ContractValidateException : no") == true)
                #expect(node.asked.count == 1)
                #expect(client.health.allSatisfy { !$0.isCircuitOpen })
            }
        }
    }

    @Test func aSoleNodeIsAskedAgain() async throws {
        let good = parameters
        try await ScriptedNode.with(.init { _, index in index < 2 ? .hangUp : .json(good) }) { node in
            try await withClient([NodeEndpoint(url: node.url)]) { client in
                let price = try await client.networkParameters().energyPrice
                #expect(price == Sun(100))
                #expect(node.asked.count == 3)
            }
        }
    }

    @Test func attemptsAreBounded() async throws {
        try await ScriptedNode.with(.init { _, _ in .hangUp }) { node in
            try await withClient([NodeEndpoint(url: node.url)], configured { $0.attempts = 4 }) { client in
                let thrown = await #expect(throws: NodeError.self) { try await client.account(owner) }
                #expect(thrown?.code == .interrupted)
                #expect(node.asked.count == 4)
            }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [ScriptedNode.Reply.silence, .trickle])
    func slowAnswersTimeOut(reply: ScriptedNode.Reply) async throws {
        let limit = Duration.patient(.seconds(1))
        try await ScriptedNode.with(.init { _, _ in reply }) { node in
            try await withClient(
                [NodeEndpoint(url: node.url)],
                configured {
                    $0.timeout = limit
                    $0.attempts = 1
                }
            ) { client in
                let start = ContinuousClock.now
                let thrown = await #expect(throws: NodeError.self) { try await client.account(owner) }
                #expect(thrown?.code == .timedOut)
                #expect(ContinuousClock.now - start < limit + .patient(.seconds(3)))
            }
        }
    }

    @Test func largeAnswersAreRefused() async throws {
        let text = "{\"a\":\"" + String(repeating: "x", count: 5000) + "\"}"
        try await ScriptedNode.with(.init { _, _ in .json(text) }) { node in
            try await withClient([NodeEndpoint(url: node.url)], configured { $0.answerLimit = 4096 }) { client in
                let thrown = await #expect(throws: NodeError.self) { try await client.account(owner) }
                #expect(thrown?.code == .tooLarge)
                #expect(node.asked.count == 1)
            }
        }
    }

    @Test func cancellationEndsTheWait() async throws {
        try await ScriptedNode.with(.init { _, _ in .silence }) { node in
            try await withClient([NodeEndpoint(url: node.url)], configured { $0.timeout = .seconds(60) }) { client in
                let start = ContinuousClock.now
                let owner = owner
                let task = Task { try await client.account(owner) }
                while node.asked.isEmpty { await Task.yield() }
                task.cancel()
                let thrown = await #expect(throws: NodeError.self) { try await task.value }
                #expect(thrown?.code == .cancelled)
                #expect(ContinuousClock.now - start < .patient(.seconds(4)))
            }
        }
    }

    @Test func throttlingNodesAreLeftAlone() async throws {
        let suspended =
            #"{"Error":"The key exceeds the frequency limit(15), and the query server is suspended for 30s"}"#
        try await ScriptedNode.with(.init { _, _ in .json(suspended) }) { node in
            try await withClient([NodeEndpoint(url: node.url)]) { client in
                let first = await #expect(throws: NodeError.self) { try await client.account(owner) }
                #expect(first?.code == .throttled)
                #expect(first?.retryAfter == .seconds(30))
                let second = await #expect(throws: NodeError.self) { try await client.account(owner) }
                #expect(second?.code == .circuitOpen)
                #expect(second.map { ($0.retryAfter ?? .zero) > .seconds(20) } == true)
                #expect(node.asked.count == 1)
            }
        }
    }

    @Test func retryAfterIsHonoured() async throws {
        let good = parameters
        let busy = ScriptedNode.Reply.json("", status: 429, headers: ["retry-after": "1"])
        try await ScriptedNode.with(.init { _, index in index == 0 ? busy : .json(good) }) { node in
            try await withClient([NodeEndpoint(url: node.url)]) { client in
                let thrown = await #expect(throws: NodeError.self) { try await client.networkParameters() }
                #expect(thrown?.retryAfter == .seconds(1))
                try await Task.sleep(for: .milliseconds(1050))
                let price = try await client.networkParameters().energyPrice
                #expect(price == Sun(100))
            }
        }
    }

    @Test func requestsKeepToTheRate() async throws {
        try await ScriptedNode.with(.init { _, _ in .json("{}") }) { node in
            let endpoint = NodeEndpoint(url: node.url, requestsPerSecond: 20, burst: 2)
            try await withClient([endpoint]) { client in
                let start = ContinuousClock.now
                for _ in 0..<8 { _ = try await client.account(owner) }
                // Two at once, then one every 50 ms.
                #expect(ContinuousClock.now - start >= .milliseconds(295))
                #expect(node.asked.count == 8)
            }
        }
    }

    @Test func batchesAreBounded() async throws {
        try await ScriptedNode.with(delay: .milliseconds(20), .init { _, _ in .json("{}") }) { node in
            try await withClient([NodeEndpoint(url: node.url)], configured { $0.batchWidth = 3 }) { client in
                let addresses = (1...20).map { index in
                    address("41" + String(repeating: "0", count: 38) + (index < 10 ? "0" : "") + String(index))
                }
                let results = await client.accountResources(of: addresses)
                #expect(results.count == 20)
                for address in addresses { #expect(results[address] == .success(nil)) }
                #expect(node.mostAtOnce <= 3)
                #expect(node.asked.count == 20)
            }
        }
    }
}

/// Stands for whatever a process keeps beside its tasks.
private enum Trace {
    @TaskLocal static var current: String?
}
