internal import ChainModel
internal import Models
internal import Planning
internal import Synchronization
internal import Tron

/// Builds and signs delegations and reclaims of our pools, and nothing else: the signer's rules allow these two contract
/// types, from registered pools, to registered hot wallets, up to a limit.
final class DelegationSigner: Sendable {
    private let chain: any ChainGateway
    private let key: PrivateKey
    private let registry: RegistryReader
    private let clock: any WallClock
    private let maximumStake: Sun
    private let reference = Mutex<Reference?>(nil)

    private struct Reference {
        var block: ReferenceBlock
        var readAt: ContinuousClock.Instant
    }

    /// A transaction that is in no block by then never will be; with `not_after` of promises far beyond it.
    static let lifetime: Duration = .seconds(60)

    init(
        chain: any ChainGateway,
        key: PrivateKey,
        registry: RegistryReader,
        clock: any WallClock,
        maximumStake: Sun
    ) {
        self.chain = chain
        self.key = key
        self.registry = registry
        self.clock = clock
        self.maximumStake = maximumStake
    }

    /// Readies a signer for transactions made now. Signing itself asks nothing of the network, so that it can stand inside a
    /// database transaction.
    /// - Parameter headTime: of the newest block; expirations count from it.
    func prepare(at headTime: Timestamp) async throws -> @Sendable (DelegationOrder) throws -> SignedOrder {
        let reference = try await referenceBlock()
        let snapshot = registry.snapshot
        let now = clock.now()
        let expiration = max(headTime, now) + Self.lifetime
        return { [key, maximumStake] order in
            let contract: Contract
            switch order.direction {
            case .delegate:
                contract = .delegateResource(
                    .init(owner: order.pool.address, receiver: order.wallet, resource: .energy, stake: order.stake)
                )
            case .undelegate:
                contract = .unDelegateResource(
                    .init(owner: order.pool.address, receiver: order.wallet, resource: .energy, stake: order.stake)
                )
            }
            let id = UUIDv7(at: now)
            let body = TransactionBody(
                contract: contract,
                referenceBlock: reference,
                expiration: expiration,
                // The chain does not check it; what differs in it has another id.
                timestamp: Timestamp(milliseconds: now.milliseconds + Int64(id.low & 0x3ff)),
                permissionID: Int(order.pool.permissionID)
            )
            let rules = SigningRules.delegating(
                from: Set(snapshot.pools.map(\.address)),
                to: .only(Set(snapshot.hotWallets.keys)),
                maximumStake: maximumStake,
                permissionID: Int(order.pool.permissionID)
            )
            let signed = try Signer(key: key, rules: rules).sign(body)
            let acquisition: AcquisitionStore.NewAcquisition? =
                order.direction == .delegate
                ? .init(id: UUIDv7(at: now), energy: order.energy, serves: Int32(order.serves)) : nil
            return SignedOrder(
                attempt: .init(
                    id: id,
                    acquisition: acquisition,
                    pool: order.pool.id,
                    wallet: order.wallet,
                    stake: order.stake,
                    txid: signed.id,
                    bytes: signed.bytes,
                    expiration: expiration
                ),
                started: acquisition.map {
                    AcquisitionEventBody(
                        acquisitionID: $0.id,
                        wallet: order.wallet,
                        source: "own_stake",
                        pool: order.pool.id,
                        energy: order.energy,
                        stake: order.stake,
                        txid: signed.id
                    )
                }
            )
        }
    }

    private func referenceBlock() async throws -> ReferenceBlock {
        if let known = reference.withLock({ $0 }), ContinuousClock.now - known.readAt < .seconds(20) {
            return known.block
        }
        let solid = try await chain.solid()
        guard let id = BlockID(bytes: solid.id) else { throw ChainFault.malformed("id of block \(solid.number)") }
        let block = ReferenceBlock(id)
        reference.withLock { $0 = Reference(block: block, readAt: .now) }
        return block
    }
}
