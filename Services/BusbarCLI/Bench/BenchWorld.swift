internal import LocalStack
internal import Messaging
internal import Models
internal import ServiceKit
internal import Storage
internal import Tron

/// The partner, hot wallets and recipients of a benchmark: wallets with so much energy of their own that the chain has
/// nothing to do.
struct BenchWorld: Sendable {
    let partner: PartnerID
    let password: String
    let wallets: [TronAddress]
    /// They hold USDT.
    let recipients: [TronAddress]

    /// A quorum queue of its own for the bare chain.
    static let limitQueue = "bench.limit"

    static func make(_ stack: RunningStack) async throws -> BenchWorld {
        guard let url = stack.devnet, let partner = PartnerID("bench") else {
            throw StackError("the benchmark makes money out of nothing: it needs the devnet")
        }
        let devnet = DevnetControl(url: url)
        let world = BenchWorld(
            partner: partner,
            password: Secret.random(),
            wallets: (0..<4).map { _ in PrivateKey.random().address },
            recipients: (0..<200).map { _ in PrivateKey.random().address }
        )
        for wallet in world.wallets {
            // TRX to be burnt for bandwidth, which promises count on.
            try await devnet.fund(wallet, trx: 1_000_000, usdt: 100_000_000)
            try await devnet.stake(wallet, resource: "ENERGY", trx: 1_000_000_000)
        }
        for recipient in world.recipients { try await devnet.fund(recipient, trx: 0, usdt: 1) }
        try await world.register(stack)
        // Services look at the registry once a second, and nothing tells that they have seen it.
        try await Task.sleep(for: .seconds(3))
        try await world.priceEnergy(stack)
        return world
    }

    /// What each allocation costs: 65,000 energy at 11.5 sun, 10 % margin, and a fee of 0.1 TRX.
    static let energyPrice = SunPerEnergy(rawValue: 11_500_000)
    private static let terms: [String: RegistryValue] = ["margin_permille": .number(100), "fee_sun": .number(100_000)]

    /// Lets the wallets' own energy count as brought from our stake: energy that we did not bring has no price.
    private func priceEnergy(_ stack: RunningStack) async throws {
        try await Operations.withPostgres(stack.environment.variables) { postgres in
            let deadline = ContinuousClock.now + .seconds(60)
            while try await BenchFigures.price(Self.energyPrice, at: wallets, in: postgres) < wallets.count {
                guard ContinuousClock.now < deadline else { throw StackError("the allocator does not see the wallets") }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    private func register(_ stack: RunningStack) async throws {
        let control = try RabbitMQAccess(directory: stack.layout.servers).control()
        defer { control.close() }
        try await control.addUser(partner.rawValue, password: password)
        try await control.setPermissions(
            of: partner.rawValue,
            in: stack.environment.vhost,
            configure: "^$",
            write: "^busbar\\.commands$",
            read: "^upstream\\.\(partner)\\.events$"
        )
        let own = Topology(queues: [.init(Self.limitQueue, .quorum)])
        let topology = Topology.house.merging(.partner(partner)).merging(own)
        let variables = stack.environment.variables
        try await Operations.withMessaging(variables: variables, topology: topology) { client in
            try await client.waitUntilConnected()
        }
        try await Operations.withPostgres(variables) { postgres in
            let registry = RegistryAdmin(postgres: postgres, actor: "bench", clock: SystemClock())
            try await registry.addPartner(partner, name: "Benchmark", brokerUsers: [partner.rawValue])
            for (number, wallet) in wallets.enumerated() {
                try await registry.addHotWallet(wallet, partner: partner, label: "hot wallet \(number + 1)")
            }
            let desk = LedgerDesk(postgres: postgres, actor: "bench", clock: SystemClock())
            try await desk.setTerms(of: partner, Self.terms)
            let deposit = Sun(1_000_000_000 * Sun.trx.rawValue)
            _ = try await desk.credit(partner, user: nil, amount: deposit, key: nil, note: "deposit of the benchmark")
        }
    }

    /// Requests with ids that end in the given numbers, in turns over wallets and recipients.
    func requests(_ numbers: Range<Int>) throws -> [BareMessage] {
        guard let amount = TokenAmount(units: 1_000_000) else { return [] }
        let clock = SystemClock()
        return try numbers.map { number in
            guard let id = WithdrawalID("w-\(number)") else { throw BareFailure("no id for \(number)") }
            let request = WithdrawalRequest(
                withdrawalID: id,
                partnerID: partner,
                fromAddress: wallets[number % wallets.count],
                toAddress: recipients[number % recipients.count],
                amount: amount
            )
            return BareMessage(
                messageID: Array(UUIDv7(at: clock.now()).description.utf8),
                correlationID: Array("\(partner):\(id)".utf8),
                body: try MessageJSON.encode(request)
            )
        }
    }

    /// A `withdrawal.ready` as the allocator sends it.
    func readyEvent(at now: Timestamp) throws -> [UInt8] {
        guard let id = WithdrawalID("w-123456") else { return [] }
        return try MessageJSON.encode(
            WithdrawalReady(
                withdrawalID: id,
                partnerID: partner,
                sequence: 1,
                userID: nil,
                allocationID: UUIDv7(at: now),
                method: .energy,
                source: "own_stake",
                energyAvailable: Energy(65_000),
                bandwidthAvailable: Bandwidth(600),
                feeLimit: Sun(13_650_000),
                notAfter: now,
                cost: CostSheet(
                    source: "own_stake",
                    energy: Energy(65_000),
                    energyPrice: Self.energyPrice,
                    energyCost: Sun(747_500),
                    bandwidthCost: .zero,
                    activationCost: .zero,
                    margin: Sun(74_750),
                    fee: Sun(100_000),
                    total: Sun(922_250),
                    baseline: Sun(13_650_000)
                )
            )
        )
    }
}
