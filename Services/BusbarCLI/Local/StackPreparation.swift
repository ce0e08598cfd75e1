internal import LocalStack
internal import Messaging
internal import Models
internal import ServiceKit
internal import Storage
internal import Tron

/// What has to be done between the servers' start and the services', and after.
enum StackPreparation {
    /// Brings database and broker to the state the services expect: roles, migrations, policies.
    static func migrate(_ environment: StackEnvironment, layout: StackLayout) async throws -> StackEnvironment {
        async let policies: Void = setPolicies(environment, layout)
        try await Operations.withPostgres(environment.variables) { client in
            _ = try await DatabaseMigration.run(client, rolePassword: environment.databasePassword)
        }
        try await policies
        return environment
    }

    /// Makes what the services need on the chain: the allocator's key, and two pools of the house that it may delegate from.
    static func prepareChain(
        _ environment: StackEnvironment,
        layout: StackLayout,
        secrets: StackSecrets,
        mixed: MixedSupply?
    ) async throws -> StackEnvironment {
        guard let url = environment.clock else { return environment }
        let devnet = DevnetControl(url: url)
        let folder = layout.directory + "/keys"
        try LocalFile.makeDirectory(folder)
        let file = folder + "/allocator.json"
        let key = try walletKey(file, secrets)
        let purchasingFile = folder + "/purchasing.json"
        let purchasing = try walletKey(purchasingFile, secrets)

        var pools: [TronAddress] = []
        for _ in 0..<2 {
            let pool = PrivateKey.random().address
            try await devnet.fund(pool, trx: 1000, usdt: 0)
            try await devnet.stake(pool, resource: "ENERGY", trx: mixed?.poolStake ?? 20_000_000)
            // A delegation and its reclaim take about 555 bytes.
            try await devnet.stake(pool, resource: "BANDWIDTH", trx: 2_000_000)
            try await devnet.permitDelegating(pool, by: key.address)
            pools.append(pool)
        }
        let registered = pools
        try await Operations.withPostgres(environment.variables) { client in
            let registry = RegistryAdmin(postgres: client, actor: "busbar up", clock: SystemClock())
            for (index, pool) in registered.enumerated() {
                try await registry.addPool("house-\(index + 1)", address: pool, permission: 2, partner: nil)
            }
        }
        try await mixed?.prepare(environment, layout: layout, devnet: devnet, purchasing: purchasing.address)
        var prepared = environment
        prepared.extra["BUSBAR_SIGNER_KEY_FILE"] = file
        prepared.extra["BUSBAR_SIGNER_PASSWORD"] = secrets.signer
        prepared.extra["BUSBAR_PURCHASING_KEY_FILE"] = purchasingFile
        prepared.extra["BUSBAR_PURCHASING_PASSWORD"] = secrets.signer
        return prepared
    }

    private static func walletKey(_ file: String, _ secrets: StackSecrets) throws -> PrivateKey {
        let password = try Password(secrets.signer)
        if LocalFile.exists(file) { return try KeyFile(path: file).open(password: password) }
        let key = PrivateKey.random()
        // The password is random and as long as the key: nothing is gained by making it expensive to guess.
        try KeyFile(sealing: key, password: password, cost: .negligible).write(path: file)
        return key
    }

    private static func setPolicies(_ environment: StackEnvironment, _ layout: StackLayout) async throws {
        let control = try RabbitMQAccess(directory: layout.servers).control()
        defer { control.close() }
        for policy in BrokerPolicy.house {
            try await control.call(
                "rabbit_policy",
                "parse_set",
                [
                    .binary(environment.vhost), .binary(policy.name), .binary(policy.pattern),
                    .binary(policy.definition), .binary(String(policy.priority)), .binary(policy.target.rawValue),
                    .binary("busbar"),
                ]
            )
        }
    }
}
