internal import FoundationEssentials
internal import LocalStack
internal import Models
internal import TestSupport
internal import Testing

/// `busbar price --json`, as far as tests look at it.
private struct PriceAnswer: Decodable, Sendable {
    struct Source: Decodable, Sendable {
        var source: String
        var verdict: String?
        var why: String?
        var fault: String?
    }

    struct Energy: Decodable, Sendable {
        var source: String
        var sunPerEnergy: String

        enum CodingKeys: String, CodingKey {
            case source
            case sunPerEnergy = "sun_per_energy"
        }
    }

    struct Chain: Decodable, Sendable {
        var energyFee: Int64
        var factor: Int64

        enum CodingKeys: String, CodingKey {
            case energyFee = "energy_fee_sun"
            case factor = "usdt_energy_factor"
        }
    }

    struct Change: Decodable, Sendable, Equatable {
        var parameter: String
        var old: String?
        var new: String?
    }

    var price: String?
    var state: String
    var age: Int64?
    var sources: [Source]
    var energy: [Energy]
    var chain: Chain?
    var changes: [Change]

    enum CodingKeys: String, CodingKey {
        case sources, energy, chain, changes
        case price = "trx_usd"
        case state = "trx_usd_state"
        case age = "trx_usd_age_seconds"
    }

    func source(_ name: String) -> Source? { sources.first { $0.source == name } }
    func energy(_ name: String) -> String? { energy.first { $0.source == name }?.sunPerEnergy }
}

/// A line of `busbar watch --json`.
private struct Heard: Decodable, Sendable {
    struct Body: Decodable, Sendable {
        var at: Timestamp?
        var changes: [PriceAnswer.Change]?
    }

    var type: String
    var body: Body
}

extension EndToEndTests {
    /// Prices follow the chain and the sources, and outlive whoever asks for them.
    @Suite(.serialized)
    struct PriceFeed {
        private static let pace = "500ms"
        private static let variables = [
            "BUSBAR_PRICE_POLL_INTERVAL": pace, "BUSBAR_PRICE_COINGECKO_INTERVAL": pace,
            "BUSBAR_PRICE_JUSTLEND_INTERVAL": pace, "BUSBAR_PRICE_CHAIN_INTERVAL": pace,
            "BUSBAR_PRICE_PROPOSAL_INTERVAL": pace, "BUSBAR_PRICE_STALE_AFTER": "6s",
        ]

        @Test func pricesFollowTheChainTheSourcesAndATakeover() async throws {
            try await StackUnderTest.with(priceFeeds: 2, variables: Self.variables) { stack in
                let devnet = try stack.devnet()
                try await devnet.post("parameters", #"{"getEnergyFee":210}"#)
                try await devnet.post("contract", #"{"energy_factor":17000}"#)
                _ = try await price(of: stack, "the fee and the factor are read") {
                    $0.chain?.energyFee == 210 && $0.chain?.factor == 17_000 && $0.price == "0.3276"
                        && $0.state == "fresh" && $0.sources.contains { $0.source == "suppliers" && $0.fault == nil }
                }
                try await flip(stack, devnet)
                try await refuse(stack, devnet)
                try await takeOver(stack, devnet)
                try await outlive("postgresql", stack, devnet)
                try await goSilent(stack, devnet)
                #expect(try await stack.audit().findings == [])
                #expect(try await stack.parked().isEmpty)
            }
        }

        /// The energy fee falls and the factor doubles: an event says so within one refresh, with old and new.
        private func flip(_ stack: StackUnderTest, _ devnet: DevnetDriver) async throws {
            let file = stack.directory + "/watch.jsonl"
            let watch = try Launch(
                try Executables.path("busbar"),
                ["watch", "--json", "--directory", stack.directory]
            ).logging(to: file).start(ward: .kill)
            defer { Task { await watch.stop(grace: .seconds(2)) } }
            try await until("somebody listens") {
                try await stack.queueLengths().keys.contains { $0.hasPrefix("watch.") }
            }
            let before = try await devnet.now()
            try await devnet.post("parameters", #"{"getEnergyFee":100}"#)
            try await devnet.post("contract", #"{"energy_factor":34000}"#)
            var heard: [Heard] = []
            try await until("both changes are told") {
                heard = lines(of: file).filter { $0.type == "chain.parameters_changed.v1" }
                return heard.flatMap { $0.body.changes ?? [] }.count >= 2
            }
            let changes = heard.flatMap { $0.body.changes ?? [] }.sorted { $0.parameter < $1.parameter }
            #expect(
                changes == [
                    .init(parameter: "getEnergyFee", old: "210", new: "100"),
                    .init(parameter: "usdt_energy_factor", old: "17000", new: "34000"),
                ]
            )
            // One refresh is half a second and the reading; the machine may be busy.
            let last = heard.compactMap(\.body.at).max() ?? before
            print("price-feed told the change \(last - before) after it was made")
            #expect(last - before < .patient(.seconds(3)))
            let shown = try await price(of: stack, "the new fee is shown") { $0.chain?.energyFee == 100 }
            #expect(shown.chain?.factor == 34_000)
            #expect(shown.changes.prefix(2).map(\.parameter).sorted() == ["getEnergyFee", "usdt_energy_factor"])
            #expect(shown.energy("burn") == "100")
            // Days before it comes into force, a vote is seen.
            try await devnet.post("propose", #"{"parameters":{"11":90}}"#)
            let voted = try await price(of: stack, "the proposal is shown") {
                $0.changes.first?.parameter.hasPrefix("proposal.") == true
            }
            #expect(voted.changes.first?.old == nil && voted.changes.first?.new == "11=90")
            try await until("prices are told too") { lines(of: file).contains { $0.type == "price.updated.v1" } }
        }

        /// One source that is far off, one that talks nonsense: the price stays, and it is said why they do not count.
        private func refuse(_ stack: StackUnderTest, _ devnet: DevnetDriver) async throws {
            try await devnet.post("prices", #"{"price":"0.33"}"#)
            try await devnet.post("prices", #"{"source":"kraken","fault":"outlier"}"#)
            try await devnet.post("prices", #"{"source":"okx","fault":"garbage"}"#)
            let answer = try await price(of: stack, "two are refused") {
                $0.price == "0.33" && $0.source("kraken")?.verdict == "outlier"
                    && $0.source("okx")?.fault == "bad_answer" && $0.state == "fresh"
            }
            #expect(answer.source("kraken")?.why == "50.00 % from the median 0.33")
            try await devnet.post("prices", #"{"fault":"none"}"#)
        }

        /// Kill -9 of the replica that asks: the other one goes on.
        private func takeOver(_ stack: StackUnderTest, _ devnet: DevnetDriver) async throws {
            var leader: String?
            try await until("exactly one of them leads") {
                let leaders = try await leaders(of: stack)
                leader = leaders.first
                return leaders.count == 1
            }
            let first = try #require(leader)
            try await devnet.post("prices", #"{"price":"0.34"}"#)
            #expect(try stack.kill(first))
            let killed = ContinuousClock.now
            let other = first == "price-feed-1" ? "price-feed-2" : "price-feed-1"
            try await until("the other one leads", limit: .seconds(10)) {
                try await leaders(of: stack).contains(other)
            }
            print("\(other) leads \(ContinuousClock.now - killed) after \(first) was killed")
            _ = try await price(of: stack, "the other one's price is shown") {
                $0.price == "0.34" && $0.state == "fresh"
            }
            print("and its prices are there \(ContinuousClock.now - killed) after")
            try await stack.waitUntilBack(first, notAs: nil)
            try await until("the other one leads alone") { try await leaders(of: stack) == [other] }
        }

        /// A server that is killed and comes back: prices go on without a restart of the feed.
        private func outlive(_ server: String, _ stack: StackUnderTest, _ devnet: DevnetDriver) async throws {
            let feeds = (stack.state?.parts ?? []).filter { $0.name.hasPrefix("price-feed") }.compactMap(\.process)
            let before = try stack.part(server).process?.pid
            #expect(try stack.kill(server))
            try await stack.waitUntilBack(server, notAs: before)
            let back = ContinuousClock.now
            try await devnet.post("prices", #"{"price":"0.345"}"#)
            _ = try await price(of: stack, "prices go on") { $0.state == "fresh" && $0.price == "0.345" }
            print("prices go on \(ContinuousClock.now - back) after \(server) was back")
            let now = (stack.state?.parts ?? []).filter { $0.name.hasPrefix("price-feed") }.compactMap(\.process)
            #expect(now == feeds)
        }

        /// All sources fail: the last good price with its age, never another one; and a new one when they are back.
        private func goSilent(_ stack: StackUnderTest, _ devnet: DevnetDriver) async throws {
            for (source, fault) in [("binance", "5xx"), ("okx", "429"), ("kraken", "error"), ("coingecko", "stale")] {
                try await devnet.post("prices", #"{"source":"\#(source)","price":"0.5","fault":"\#(fault)"}"#)
            }
            let silent = try await price(of: stack, "the price is stale") { $0.state == "stale" }
            #expect(silent.price == "0.345")
            #expect((silent.age ?? 0) >= 6)
            try await devnet.post("prices", #"{"price":"0.35","fault":"none"}"#)
            _ = try await price(of: stack, "a new price") { $0.state == "fresh" && $0.price == "0.35" }
        }

        private func lines(of file: String) -> [Heard] {
            (LocalFile.read(file) ?? "").split(separator: "\n").compactMap {
                try? JSONDecoder().decode(Heard.self, from: Data($0.utf8))
            }
        }

        /// The replicas that say they lead.
        private func leaders(of stack: StackUnderTest) async throws -> [String] {
            var leaders: [String] = []
            for part in stack.state?.parts ?? [] where part.name.hasPrefix("price-feed") {
                let answer = await LoopbackHTTP.get(port: part.port, path: "/metrics")
                let isLeading = answer?.body.split(separator: "\n").contains {
                    $0.hasPrefix("busbar_leading{") && $0.contains(#"leader="poll""#) && $0.hasSuffix(" 1")
                }
                if isLeading == true { leaders.append(part.name) }
            }
            return leaders
        }

        /// Asks until the answer is as wanted.
        private func price(
            of stack: StackUnderTest,
            _ what: String,
            _ isSo: (PriceAnswer) -> Bool
        ) async throws -> PriceAnswer {
            var answer: PriceAnswer?
            try await until(what) {
                let output = try await stack.succeed(["price", "--json"])
                let read = try JSONDecoder().decode(PriceAnswer.self, from: Data(output.utf8))
                answer = read
                return isSo(read)
            }
            return try #require(answer)
        }

        /// Other processes decide when it is so; nothing tells.
        private func until(
            _ what: String,
            limit: Duration = .seconds(30),
            _ isSo: () async throws -> Bool
        ) async throws {
            let deadline = ContinuousClock.now + .patient(limit)
            while try await !isSo() {
                guard ContinuousClock.now < deadline else { throw EndToEndError("not within \(limit): \(what)") }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
