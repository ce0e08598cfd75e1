internal import FoundationEssentials
internal import LocalStack
internal import Models
internal import TestSupport
internal import Testing
internal import Tron

/// A line of `busbar watch --json` about the chain's parameters.
private struct ChangeHeard: Decodable, Sendable {
    struct Change: Decodable, Sendable, Equatable {
        var parameter: String
        var old: String?
        var new: String?
    }

    struct Body: Decodable, Sendable {
        var changes: [Change]?
    }

    var type: String
    var body: Body
}

/// What `busbar quote --json` says that the chain's parameters decide.
private struct QuoteAnswer: Decodable, Sendable {
    struct Need: Decodable, Sendable {
        var energy: Int64
    }

    var need: Need
    var baseline: Int64

    enum CodingKeys: String, CodingKey {
        case need
        case baseline = "baseline_sun"
    }
}

extension EndToEndTests {
    /// The chain's parameters change while withdrawals are served.
    @Suite(
        .serialized,
        SharedStack(
            wallets: 4,
            variables: [
                "BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s",
                "BUSBAR_ALLOCATOR_SEND_WINDOW": "900s", "BUSBAR_ALLOCATOR_SHORTAGE_LIMIT": "7200s",
                "BUSBAR_PRICE_CHAIN_INTERVAL": "500ms",
            ]
        )
    )
    struct Parameters {
        /// The allocator reads prices at most 5 s old, with a loop of 2 s; the machine may be busy.
        private static let refresh: Duration = .patient(.seconds(8))

        @Test func theFeeFallsAndTheFactorDoublesWhileWithdrawalsAreServed() async throws {
            let ground = try SharedStack.current()
            let (stack, upstream) = (ground.stack, ground.upstream)
            try await set(fee: 210, factor: 17_000, upstream.devnet)
            try await promised(until: 210, upstream)
            let old = try await expectServed("before", fee: 210, upstream)
            #expect(try await quote(stack, upstream) == [old, old * 210])
            // Two are told to send and do not: one never did, the other one's transfer is on its way when the factor rises.
            for (wallet, id) in ["told", "late"].enumerated() {
                try await upstream.request(id, wallet: wallet + 1, conduct: .wait)
                #expect(try await upstream.event("ready", of: id).energy == old)
            }
            upstream.book.update("told") { $0.conduct = .sendAndSettle }

            let watch = try await Watch(stack)
            defer { watch.end() }
            try await set(fee: 100, factor: 34_000, upstream.devnet)
            let flipped = ContinuousClock.now
            if let late = upstream.book["late"], late.newest?.name == "ready" {
                _ = try await upstream.send(late, feeLimit: Sun(late.newest?.feeLimit ?? 0))
            }
            #expect(try await upstream.event("revoked", of: "told").reason == "need_rose")
            print("a promise that would not do is revoked \(ContinuousClock.now - flipped) after the factor rose")

            // From here on every need is by the new factor, and soon every price by the new fee.
            let new = try await served("after", until: 100, upstream)
            print("prices are by the new fee \(ContinuousClock.now - flipped) after it fell")
            #expect(ContinuousClock.now - flipped < Self.refresh + .patient(.seconds(4)))
            #expect(abs(new * 27_000 - old * 44_000) < old * 44, "by the factor: \(old) became \(new)")
            #expect(try await expectServed("next", fee: 100, upstream) == new)
            #expect(try await quote(stack, upstream) == [new, new * 100])
            try await watch.expect([
                .init(parameter: "getEnergyFee", old: "210", new: "100"),
                .init(parameter: "usdt_energy_factor", old: "17000", new: "34000"),
            ])

            try await upstream.event("settled", of: "told")
            upstream.expectSettled(["told"])
            let again = try #require(readies("told", upstream).last)
            #expect(readies("told", upstream).count == 2)
            #expect(abs((again.energy ?? 0) - new) * 1000 <= new, "promised again by the new need: \(again)")
            // Whatever it burnt was its own need beyond the promise: nobody else's energy.
            let late = try await upstream.event("settled", of: "late")
            print("the transfer on its way: \(upstream.book["late"]?.names ?? []), burnt \(late.energyFee ?? 0) sun")
            #expect((late.energyFee ?? 0) <= (new - old) * 100)

            try await whatWaitsIsServedByTheNewNeed(new, upstream)
            try await aRisenFeeRenewsFeeLimits(upstream)
            try await stack.expectClean(upstream)
        }

        /// A fee limit covers less energy when each costs more: who was told the old one is told anew, and serves by that.
        private func aRisenFeeRenewsFeeLimits(_ upstream: Upstream) async throws {
            try await upstream.request("limited", wallet: 1, conduct: .wait)
            let before = try await upstream.event("ready", of: "limited")
            #expect(before.feeLimit == (before.energy ?? 0) * 100)
            upstream.book.update("limited") { $0.conduct = .sendAndSettle }
            try await set(fee: 210, factor: 40_000, upstream.devnet)
            let flipped = ContinuousClock.now
            #expect(try await upstream.event("revoked", of: "limited").reason == "need_rose")
            print("a fee limit that would not do is revoked \(ContinuousClock.now - flipped) after the fee rose")
            #expect(ContinuousClock.now - flipped < Self.refresh + .patient(.seconds(4)))
            try await upstream.event("settled", of: "limited")
            upstream.expectSettled(["limited"])
            let all = readies("limited", upstream)
            let again = try #require(all.last)
            #expect(all.count == 2 && again.feeLimit == (again.energy ?? 0) * 210 && again.energy == before.energy)
            // Needs are the same: nothing else was revoked, and what is asked for now is right at once.
            _ = try await expectServed("limited-next", fee: 210, upstream)
        }

        /// One that waited, here for money, while the factor rose again is promised what it needs by then.
        private func whatWaitsIsServedByTheNewNeed(_ before: Int64, _ upstream: Upstream) async throws {
            let stack = try SharedStack.current().stack
            let poor = try await stack.addPartner("poor", deposit: 0)
            try await Upstream.with(poor, on: stack) { waiting in
                try await waiting.request("waiting")
                #expect(try await waiting.event("short", of: "waiting").reason == "insufficient_balance")
                try await upstream.request("mark", wallet: 3, conduct: .wait)
                try await upstream.event("ready", of: "mark")
                upstream.book.update("mark") { $0.conduct = .sendAndSettle }
                try await set(fee: 100, factor: 40_000, upstream.devnet)
                // Whoever has revoked this one knows the new factor.
                try await upstream.event("revoked", of: "mark")
                try await stack.credit("poor", trx: "50")
                try await waiting.event("settled", of: "waiting")
                waiting.expectSettled(["waiting"])
                let ready = try #require(readies("waiting", waiting).last)
                let need = ready.energy ?? 0
                #expect(abs(need * 44_000 - before * 50_000) < before * 50, "\(before) became \(need)")
                try await upstream.event("settled", of: "mark")
                upstream.expectSettled(["mark"])
                try await stack.expectClean(waiting)
            }
        }

        // MARK: Asking

        private func set(fee: Int64, factor: Int64, _ devnet: DevnetDriver) async throws {
            try await devnet.post("parameters", #"{"getEnergyFee":\#(fee)}"#)
            try await devnet.post("contract", #"{"energy_factor":\#(factor)}"#)
        }

        /// Asks for one withdrawal after the other, and gives it up, until one is priced by this fee.
        private func promised(until fee: Int64, _ upstream: Upstream) async throws {
            for number in 1...200 {
                let id = "warm-up-\(number)"
                try await upstream.request(id, conduct: .wait)
                let ready = try await upstream.event("ready", of: id)
                _ = try await upstream.giveUp(id)
                try await upstream.event("failed", of: id)
                if let need = ready.energy, ready.cost?.baseline == need * fee { return }
            }
            throw EndToEndError("none of 200 was priced by a fee of \(fee) sun")
        }

        /// Serves one withdrawal after the other until one is priced by this fee; all of them have the same right need.
        private func served(_ name: String, until fee: Int64, _ upstream: Upstream) async throws -> Int64 {
            for number in 1...200 {
                let id = "\(name)-\(number)"
                try await upstream.request(id)
                let ready = try await upstream.event("ready", of: id)
                let need = try await need(of: id, upstream)
                #expect(ready.energy == need, "\(id) was promised what it does not need")
                try await upstream.event("settled", of: id)
                upstream.expectSettled([id])
                if ready.cost?.baseline == need * fee { return need }
            }
            throw EndToEndError("none of 200 was priced by a fee of \(fee) sun")
        }

        private func expectServed(_ id: String, fee: Int64, _ upstream: Upstream) async throws -> Int64 {
            try await upstream.request(id)
            let ready = try await upstream.event("ready", of: id)
            let need = try await need(of: id, upstream)
            #expect(ready.energy == need)
            #expect(ready.feeLimit == need * fee && ready.cost?.baseline == need * fee)
            try await upstream.event("settled", of: id)
            upstream.expectSettled([id])
            return need
        }

        /// What the node says that a transfer to somebody new takes now, and one hundredth.
        private func need(of id: String, _ upstream: Upstream) async throws -> Int64 {
            let course = try #require(upstream.book[id])
            let simulated = try await upstream.simulate(course.amount, wallet: course.wallet)
            return (simulated.rawValue * 101 + 99) / 100
        }

        private func readies(_ id: String, _ upstream: Upstream) -> [HeardEvent] {
            (upstream.book[id]?.events ?? [:]).sorted { $0.key < $1.key }.map(\.value).filter { $0.name == "ready" }
        }

        /// The need and the price of burning for it, as operations see them.
        private func quote(_ stack: StackUnderTest, _ upstream: Upstream) async throws -> [Int64] {
            let output = try await stack.succeed([
                "quote", "--partner", upstream.partner.id.rawValue, "--from", upstream.partner.wallet.base58, "--to",
                PrivateKey.random().address.base58, "--amount", "12.5", "--json",
            ])
            let answer = try JSONDecoder().decode(QuoteAnswer.self, from: Data(output.utf8))
            return [answer.need.energy, answer.baseline]
        }
    }
}

/// `busbar watch --json` into a file.
private struct Watch {
    private let file: String
    private let process: ChildProcess

    init(_ stack: StackUnderTest) async throws {
        file = stack.directory + "/watch.jsonl"
        process = try Launch(
            try Executables.path("busbar"),
            ["watch", "--json", "--directory", stack.directory]
        ).logging(to: file).start(ward: .kill)
        try await Self.until("somebody listens") {
            try await stack.queueLengths().keys.contains { $0.hasPrefix("watch.") }
        }
    }

    func end() { Task { await process.stop(grace: .seconds(2)) } }

    /// Waits until all of these changes were told, and nothing else.
    func expect(_ changes: [ChangeHeard.Change]) async throws {
        var told: [ChangeHeard.Change] = []
        try await Self.until("the changes are told") {
            told = (LocalFile.read(file) ?? "").split(separator: "\n").compactMap {
                try? JSONDecoder().decode(ChangeHeard.self, from: Data($0.utf8))
            }.filter { $0.type == "chain.parameters_changed.v1" }.flatMap { $0.body.changes ?? [] }
            return told.count >= changes.count
        }
        #expect(told.sorted { $0.parameter < $1.parameter } == changes)
    }

    /// Other processes decide when it is so; nothing tells.
    private static func until(_ what: String, _ isSo: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .patient(.seconds(30))
        while try await !isSo() {
            guard ContinuousClock.now < deadline else { throw EndToEndError("not within 30 s: \(what)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
