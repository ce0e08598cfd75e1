internal import LocalStack
internal import Messaging
internal import Models
internal import ServiceKit
internal import Storage
internal import Tron

/// The partners, hot wallets and recipients of a demo, made anew for each run.
struct DemoWorld: Sendable {
    /// A partner with its broker user.
    struct Partner: Sendable {
        var id: PartnerID
        var user: String
        var password: String
    }

    /// A hot wallet of a partner.
    struct Wallet: Sendable {
        var partner: Int
        var key: PrivateKey
        var address: TronAddress { key.address }
    }

    var partners: [Partner]
    var wallets: [Wallet]
    /// Those that hold USDT first.
    var recipients: [TronAddress]

    static let partnerCount = 2
    /// How many hot wallets send; with faults so many that most withdrawals need energy of their own.
    static func walletCount(of withdrawals: Int, isFaulty: Bool) -> Int { isFaulty ? max(5, withdrawals / 6) : 5 }
    /// What each partner pays in before it asks for anything, and what it has agreed to pay.
    static let deposit = Sun(1_000_000 * Sun.trx.rawValue)
    static let terms: [String: RegistryValue] = ["margin_permille": .number(100), "fee_sun": .number(100_000)]

    /// Registers partners and wallets, funds the wallets, and gives the first recipients a little USDT.
    static func make(
        _ stack: RunningStack,
        devnet: DevnetControl,
        run: String,
        plan: DemoPlan,
        wallets count: Int
    ) async throws -> DemoWorld {
        var partners: [Partner] = []
        for name in ["acme", "globex"].prefix(partnerCount) {
            guard let id = PartnerID("\(name)-\(run)") else { continue }
            partners.append(Partner(id: id, user: id.rawValue, password: Secret.random()))
        }
        let wallets = (0..<count).map { Wallet(partner: $0 % partners.count, key: .random()) }
        let recipients = (0..<plan.recipients).map { _ in PrivateKey.random().address }
        for wallet in wallets { try await devnet.fund(wallet.address, trx: 5_000, usdt: 10_000_000) }
        for recipient in recipients.prefix(plan.holders) { try await devnet.fund(recipient, trx: 0, usdt: 1) }
        try await register(partners, wallets, variables: stack.environment.variables, layout: stack.layout)
        return DemoWorld(partners: partners, wallets: wallets, recipients: recipients)
    }

    /// Makes the partners' broker users and queues, registers them with their wallets, and books their deposits.
    static func register(
        _ partners: [Partner],
        _ wallets: [Wallet],
        variables: [String: String],
        layout: StackLayout
    ) async throws {
        let control = try RabbitMQAccess(directory: layout.servers).control()
        defer { control.close() }
        for partner in partners {
            try await control.addUser(partner.user, password: partner.password)
            try await control.setPermissions(
                of: partner.user,
                in: variables["BUSBAR_BROKER_VHOST"] ?? StackServers.vhost,
                configure: "^$",
                write: "^busbar\\.commands$",
                read: "^upstream\\.\(partner.id)\\.events$"
            )
        }
        let topology = partners.reduce(Topology.house) { $0.merging(.partner($1.id)) }
        try await Operations.withMessaging(variables: variables, topology: topology) { client in
            try await client.waitUntilConnected()
        }
        try await Operations.withPostgres(variables) { postgres in
            let registry = RegistryAdmin(postgres: postgres, actor: "demo", clock: SystemClock())
            for partner in partners {
                try await registry.addPartner(partner.id, name: partner.id.rawValue, brokerUsers: [partner.user])
            }
            let desk = LedgerDesk(postgres: postgres, actor: "demo", clock: SystemClock())
            for partner in partners {
                try await desk.setTerms(of: partner.id, terms)
                _ = try await desk.credit(
                    partner.id,
                    user: nil,
                    amount: deposit,
                    key: nil,
                    note: "deposit of the demo"
                )
            }
            for (number, wallet) in wallets.enumerated() {
                try await registry.addHotWallet(
                    wallet.address,
                    partner: partners[wallet.partner].id,
                    label: "hot wallet \(number + 1)"
                )
            }
        }
    }
}
