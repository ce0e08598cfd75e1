internal import ChainModel
internal import Models
internal import Planning
internal import ServiceKit
internal import ServiceLifecycle
internal import Telemetry
internal import Tron

/// TRON's full nodes over HTTP, as the allocator asks them.
final class NodeGateway: ChainGateway, Service {
    /// The nodes themselves, for suppliers that are paid on chain.
    let client: TronClient
    private let token: TronAddress

    /// What no TRON network comes near. Beyond it sums of promises could leave 64 bits, so the answer is refused.
    private static let mostPrice: Int64 = 100_000_000
    private static let mostNeed: Int64 = 10_000_000_000
    private static let mostEnergy: Int64 = 1_000_000_000_000_000

    /// Reads nodes, key and token contract from the configuration.
    init(_ service: ServiceHost) throws {
        let configuration = service.configuration
        let key = configuration.optionalText(.tronAPIKey).flatMap { APIKey($0) }
        let endpoints = configuration.list(.tronNodes).map { NodeEndpoint(url: $0, apiKey: key) }
        token = try TronAddress(base58: configuration.text(.tronUSDTContract))
        var settings = TronClientConfiguration()
        settings.batchWidth = 16
        settings.extraHeaders = {
            TraceContext.current.map { [(TraceContext.headerName, $0.child().traceparent)] } ?? []
        }
        client = TronClient(endpoints, configuration: settings, logger: service.logger)
    }

    func run() async throws {
        try? await gracefulShutdown()  // Throws only when cancelled, which ends it too.
        await client.shutdown()
    }

    func head() async throws -> ChainHead {
        guard let head = try await client.blockSummary() else { throw ChainFault.malformed("no newest block") }
        return ChainHead(number: head.number, id: head.id.bytes, time: head.time)
    }

    func solid() async throws -> SolidBlock {
        let block = try await client.latestBlock(in: .solid).summary
        return SolidBlock(number: block.number, id: block.id.bytes, time: block.time)
    }

    func block(_ number: Int64) async throws -> HeadBlock? {
        guard let block = try await client.block(number) else { return nil }
        var reduced = HeadBlock(
            number: number,
            id: block.summary.id.bytes,
            parent: block.summary.parent.bytes,
            time: block.summary.time
        )
        for transaction in block.transactions { reduced.add(transaction, token: token) }
        return reduced
    }

    func prices() async throws -> ChainPrices {
        let parameters = try await client.networkParameters()
        guard let energy = parameters.energyPrice, let bandwidth = parameters.bandwidthPrice else {
            throw ChainFault.malformed("getEnergyFee or getTransactionFee is missing")
        }
        try Self.require(energy.rawValue, in: 0...Self.mostPrice, "getEnergyFee")
        try Self.require(bandwidth.rawValue, in: 0...Self.mostPrice, "getTransactionFee")
        return ChainPrices(energyPrice: energy, bandwidthPrice: bandwidth)
    }

    func factor() async throws -> Int64 { try await client.contractInfo(token)?.energyFactor ?? 0 }

    func positions(of wallets: [TronAddress], block: Int64) async throws -> [WalletPosition] {
        let token = token
        let client = client
        return try await all(wallets) { wallet throws(NodeError) in
            try await client.onSameNode { node throws(NodeError) in
                let head = try await node.requireHead(block)
                let resources = try await node.accountResources(of: wallet)
                let balance = try await node.account(wallet)?.balance
                let held = try await node.tokenBalance(of: wallet, token: token)
                for amount in [resources?.energyLimit, resources?.energyUsed] {
                    guard (0...Self.mostEnergy).contains((amount ?? .zero).rawValue) else {
                        throw .malformed(path: "/wallet/getaccountresource", "energy \(amount ?? .zero)")
                    }
                }
                return WalletPosition(
                    wallet: wallet,
                    block: block > 0 ? block : head,
                    activated: balance != nil,
                    energyLimit: resources?.energyLimit ?? .zero,
                    energyUsed: resources?.energyUsed ?? .zero,
                    bandwidthAvailable: max(
                        resources?.bandwidthAvailable ?? .zero,
                        resources?.freeBandwidthAvailable ?? .zero
                    ),
                    balance: balance ?? .zero,
                    tokenUnits: held.int64 ?? .max
                )
            }
        }
    }

    func positions(of pools: [RegistrySnapshot.Pool], block: Int64) async throws -> [PoolPosition] {
        let client = client
        let positions = try await all(pools.map(\.address)) { address throws(NodeError) in
            try await client.onSameNode { node throws(NodeError) in
                _ = try await node.requireHead(block)
                let resources = try await node.accountResources(of: address)
                let most = try await node.maximumDelegation(of: address, .energy)
                return PoolPosition(
                    id: "",
                    address: address,
                    block: block,
                    delegatable: most,
                    totalEnergy: resources?.energyTotals.limit ?? 0,
                    totalWeight: resources?.energyTotals.weight ?? 0
                )
            }
        }
        return positions.compactMap { position in
            guard let pool = pools.first(where: { $0.address == position.address }) else { return nil }
            var position = position
            position.id = pool.id
            return position
        }
    }

    func delegated(
        _ pairs: [(pool: RegistrySnapshot.Pool, wallet: TronAddress)],
        block: Int64
    ) async throws -> [DelegationStore.Row] {
        let client = client
        let orders = pairs.map { DelegationPair(pool: $0.pool.id, owner: $0.pool.address, receiver: $0.wallet) }
        return try await all(orders) { pair throws(NodeError) in
            try await client.onSameNode { node throws(NodeError) in
                _ = try await node.requireHead(block)
                let records = try await node.delegations(from: pair.owner, to: pair.receiver)
                let stake = records.reduce(Sun.zero) { $0 + $1.stake[.energy] }
                return DelegationStore.Row(pool: pair.pool, wallet: pair.receiver, stake: stake)
            }
        }
    }

    func rentals(at wallet: TronAddress, ownPools: Set<TronAddress>) async throws -> WalletRentals {
        let (count, rentals) = try await client.onSameNode { node throws(NodeError) in
            let owners = try await node.delegationIndex(of: wallet).from.filter { !ownPools.contains($0) }
            var records: [TronAddress: Sun] = [:]
            for owner in owners.prefix(Self.mostOwners) {
                let shown = try await node.delegations(from: owner, to: wallet)
                records[owner] = shown.reduce(Sun.zero) { $0 + $1.stake[.energy] }
            }
            let totals = try await node.accountResources(of: wallet)?.energyTotals
            let rentals = WalletRentals(
                records: records,
                totalEnergy: totals?.limit ?? 0,
                totalWeight: totals?.weight ?? 0
            )
            return (owners.count, rentals)
        }
        guard count <= Self.mostOwners else { throw ChainFault.malformed("\(count) accounts delegate to \(wallet)") }
        return rentals
    }

    /// A wallet that more accounts than this delegate to is not ours alone; asking each would take too long.
    private static let mostOwners = 100

    func fate(of txid: TransactionID, expiring: Timestamp) async throws -> PaymentFate {
        switch try await client.fate(of: txid, expiring: expiring) {
        case .undecided: return .open
        case .never: return .never
        case .included:
            guard let receipt = try await client.transactionReceipt(txid, in: .solid) else { return .open }
            return .solid(fee: receipt.fee)
        }
    }

    func receivers(of pool: RegistrySnapshot.Pool) async throws -> [TronAddress] {
        try await client.delegationIndex(of: pool.address).to
    }

    func callClass(of call: TRC20Call, by caller: TronAddress) async throws -> CallClass? {
        let token = token
        return try await client.onSameNode { node throws(NodeError) in
            try await node.callClass(of: call, by: caller, token: token)
        }
    }

    func simulate(_ call: TRC20Call, by caller: TronAddress) async throws -> Simulation {
        let trigger = TriggerSmartContract(owner: caller, contractAddress: token, data: call.data)
        let simulation = try await client.simulate(trigger)
        guard !simulation.isReverted else { return .reverts(simulation.message) }
        try Self.require(simulation.energy.rawValue, in: 0...Self.mostNeed, "energy_used of a simulated call")
        guard Energy.zero <= simulation.penalty, simulation.penalty <= simulation.energy else {
            throw ChainFault.malformed("energy_penalty \(simulation.penalty) of \(simulation.energy)")
        }
        return .executes(simulation.energy, penalty: simulation.penalty)
    }

    func broadcast(_ bytes: [UInt8]) async throws -> String {
        switch await client.broadcast(try SignedTransaction(bytes: bytes)) {
        case .accepted: "accepted"
        case .duplicate: "known already"
        case .retrySameBytes(let rejection): "not taken: \(rejection)"
        case .definitelyRejected(let rejection): "rejected: \(rejection)"
        case .unknown(let reason): "unknown: \(reason)"
        }
    }

    func receipt(
        _ txid: TransactionID,
        solidAt block: Int64
    ) async throws -> (receipt: TransferReceipt, succeeded: Bool)? {
        let found = try await client.onSameNode { node throws(NodeError) in
            if let receipt = try await node.transactionReceipt(txid, in: .solid) { return TransactionReceipt?(receipt) }
            // That a node behind does not know it means nothing.
            let solid = try await node.chainEnds().solid
            guard solid.number >= block else {
                throw NodeError.behind(path: "/wallet/getnodeinfo", "solid block \(solid.number) instead of \(block)")
            }
            return nil
        }
        guard let receipt = found else { return nil }
        return (
            TransferReceipt(
                energyUsed: receipt.energyStaked,
                energyFee: receipt.energyBurnt,
                bandwidthUsed: receipt.bandwidthUsed,
                bandwidthFee: receipt.bandwidthBurnt,
                blockTime: receipt.blockTime
            ),
            receipt.succeeded
        )
    }

    private static func require(_ value: Int64, in range: ClosedRange<Int64>, _ name: String) throws(ChainFault) {
        guard range.contains(value) else { throw .malformed("\(name) is \(value)") }
    }

    private struct DelegationPair: Hashable, Sendable {
        var pool: String
        var owner: TronAddress
        var receiver: TronAddress
    }

    /// Asks for each of the keys with bounded concurrency; any failure fails all, and the cycle is repeated.
    private func all<Key: Hashable & Sendable, Value: Sendable>(
        _ keys: [Key],
        _ ask: @Sendable @escaping (Key) async throws(NodeError) -> Value
    ) async throws -> [Value] {
        guard !keys.isEmpty else { return [] }
        return try await client.batch(keys, ask).values.map { try $0.get() }
    }
}

extension TronNode {
    /// The node's head, which must not be older than a block.
    fileprivate func requireHead(_ block: Int64) async throws(NodeError) -> Int64 {
        guard block > 0 else { return 0 }
        guard let head = try await blockSummary() else {
            throw NodeError.behind(path: "/wallet/getblock", "no newest block instead of \(block)")
        }
        guard head.number >= block else {
            throw NodeError.behind(path: "/wallet/getblock", "head \(head.number) instead of \(block)")
        }
        return head.number
    }
}

extension HeadBlock {
    fileprivate init(number: Int64, id: [UInt8], parent: [UInt8], time: Timestamp) {
        self.init(
            number: number,
            id: id,
            parent: parent,
            time: time,
            outcomes: [:],
            transfers: [],
            moves: [],
            touched: []
        )
    }

    fileprivate mutating func add(_ transaction: IncludedTransaction, token: TronAddress) {
        outcomes[transaction.id] = transaction.succeeded
        guard let contract = transaction.body?.contract else { return }
        touched.insert(contract.owner)
        switch contract {
        case .transfer(let transfer): touched.insert(transfer.recipient)
        case .delegateResource(let delegation):
            touched.insert(delegation.receiver)
            guard transaction.succeeded, delegation.resource == .energy else { break }
            delegations.append(
                ObservedDelegation(
                    txid: transaction.id,
                    block: number,
                    at: time,
                    owner: delegation.owner,
                    wallet: delegation.receiver,
                    stake: delegation.stake
                )
            )
        case .unDelegateResource(let delegation): touched.insert(delegation.receiver)
        default: break
        }
        guard let call = transaction.tokenCall, call.token == token else { return }
        switch call.call {
        case .transfer(let recipient, let amount):
            touched.insert(recipient)
            let transfer = ObservedTransfer(
                txid: transaction.id,
                block: number,
                wallet: call.caller,
                recipient: recipient,
                units: amount.int64 ?? .max,
                succeeded: transaction.succeeded
            )
            transfers.append(transfer)
            if transaction.succeeded, amount > .zero { moves.append((call.caller, recipient)) }
        case .transferFrom(let sender, let recipient, let amount):
            touched.formUnion([sender, recipient])
            if transaction.succeeded, amount > .zero { moves.append((sender, recipient)) }
        case .approve, .balanceOf, .allowance: break
        }
    }
}
