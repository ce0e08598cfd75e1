internal import ChainModel
internal import Models
internal import Tron

/// A supplier's own account on the chain: its stake is what it lends, by transactions that it signs like anybody.
struct PoolAccount: Sendable {
    private let key: PrivateKey

    /// Stake for about 950 million energy.
    static let stake = Sun(100_000_000 * Sun.trx.rawValue)
    /// For bandwidth and activations.
    static let balance = Sun(1_000_000 * Sun.trx.rawValue)

    /// The account of that name: always the same address.
    init(name: String) {
        var generator = SplitMix(state: Self.seed(of: name))
        key = .random(using: &generator)
    }

    var address: TronAddress { key.address }

    /// FNV-1a.
    static func seed(of name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// Gives the account its stake and TRX. The weight of the network stays as it is, so that a TRX yields no less
    /// energy than before.
    func open(on node: Node) async {
        let address = address
        // Cannot fail before a million suppliers were opened.
        try? await node.change { (chain: inout Blockchain) throws(InterventionError) in
            let weight = chain.head.totals(.energy).weight
            try chain.fund(address, Self.balance)
            try chain.stake(address, .energy, Self.stake)
            try chain.setTotalWeight(.energy, weight)
        }
    }

    /// A signed transaction that may enter a block until `lifetime` from now.
    /// - Parameter number: makes transactions differ that are otherwise alike: equal orders of one moment.
    func sign(
        _ contract: Contract,
        on view: ChainView,
        number: Int64,
        lifetime: Duration = .seconds(60)
    ) -> ChainTransaction {
        let body = TransactionBody(
            contract: contract,
            referenceBlock: view.reference,
            expiration: view.now + lifetime,
            timestamp: view.now + .milliseconds(number % 10_000)
        )
        let raw = body.rawBytes
        let id = TransactionID.of(rawBytes: raw)
        let signed = SignedTransaction(rawBytes: raw, signatures: [key.sign(id)])
        return ChainTransaction(
            id: id,
            body: body,
            size: signed.bytes.count,
            signers: [key.address],
            signatures: signed.signatures,
            rawBytes: raw
        )
    }
}

/// What a supplier looks at before it acts.
struct ChainView: Sendable {
    /// The later of domain time and the head's.
    var now: Timestamp
    var reference: ReferenceBlock
    var energy: ResourceTotals
}

/// What became of a transaction.
enum TransactionFate: Sendable, Hashable {
    case waits
    case inBlock(Timestamp)
    /// Neither waits nor is in a block.
    case unknown
}

extension Node {
    var view: ChainView {
        let present = now
        return inspect { chain in
            ChainView(
                now: max(present, chain.head.now),
                reference: ReferenceBlock(chain.solidBlock.id),
                energy: chain.head.totals(.energy)
            )
        }
    }

    func fates(of ids: [TransactionID]) -> [TransactionID: TransactionFate] {
        inspect { chain in
            var fates: [TransactionID: TransactionFate] = [:]
            for id in ids {
                if let entry = chain.entry(id), let block = chain.block(number: entry.receipt.block) {
                    fates[id] = .inBlock(block.time)
                } else {
                    fates[id] = chain.pending(id) == nil ? .unknown : .waits
                }
            }
            return fates
        }
    }

    func exists(_ address: TronAddress) -> Bool { inspect { $0.head.account(address) != nil } }
}
