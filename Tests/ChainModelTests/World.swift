import ChainModel
import Models

/// A small chain with funded accounts, and short ways to send transactions and make blocks.
struct World {
    var chain: Blockchain
    private var generator: Seeded
    let accounts: [TronAddress]

    init(
        seed: UInt64 = 1,
        accounts count: Int = 8,
        limits: Blockchain.Limits = .init(),
        rentals: RentalMarket? = nil
    ) {
        generator = Seeded(seed)
        let start = Timestamp(milliseconds: 1_795_000_000_000)
        let state = ChainState(
            at: start,
            parameters: ChainParameters(),
            foreignWeight: PerResource(bandwidth: 26_500_000_000, energy: 18_961_880_220),
            token: TokenContract(address: Self.address(1000), creator: Self.address(1001)),
            witnesses: (1..<28).map { Self.address(2000 + $0) },
            rentals: rentals
        )
        chain = Blockchain(state, limits: limits)
        accounts = (0..<count).map { Self.address(10 + $0) }
    }

    static func address(_ number: Int) -> TronAddress {
        let low = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        guard let address = TronAddress(evm: [UInt8](repeating: 7, count: 12) + low) else {
            preconditionFailure("twenty bytes")
        }
        return address
    }

    var token: TronAddress { chain.head.token.address }
    var now: Timestamp { chain.head.now }

    func account(_ index: Int) -> Account {
        chain.head.account(accounts[index]) ?? Account(accounts[index], created: now)
    }
    func available(_ index: Int) -> Int64 { chain.head.available(to: account(index), .energy) }

    mutating func fund(_ index: Int, trx: Int64 = 0, usdt: Int64 = 0) throws {
        try chain.fund(accounts[index], Sun(trx * 1_000_000), tokens: usdt * 1_000_000)
    }

    mutating func stake(_ index: Int, _ resource: Resource = .energy, trx: Int64) throws {
        try chain.stake(accounts[index], resource, Sun(trx * 1_000_000))
    }

    mutating func transaction(
        _ contract: Contract,
        signers: [TronAddress]? = nil,
        permission: Int = 0,
        feeLimit: Int64 = 100_000_000,
        memo: [UInt8] = [],
        expires: Duration = .seconds(60),
        size: Int? = nil
    ) -> ChainTransaction {
        let body = TransactionBody(
            contract: contract,
            referenceBlock: ReferenceBlock(chain.solidBlock.id),
            expiration: now + expires,
            timestamp: now,
            feeLimit: Sun(feeLimit),
            memo: memo,
            permissionID: permission
        )
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        guard let id = TransactionID(bytes: bytes) else { preconditionFailure("32 bytes") }
        var typical = 214
        if case .triggerSmartContract = contract { typical = 281 }
        if case .transfer = contract { typical = 203 }
        return ChainTransaction(id: id, body: body, size: size ?? typical, signers: signers ?? [contract.owner])
    }

    /// Sends one transaction.
    @discardableResult
    mutating func submit(_ contract: Contract, feeLimit: Int64 = 100_000_000) throws -> TransactionID {
        let transaction = transaction(contract, feeLimit: feeLimit)
        try chain.submit(transaction, nextBlock: now)
        return transaction.id
    }

    /// Sends one transaction, makes a block, and returns what the transaction did.
    @discardableResult
    mutating func run(_ contract: Contract, feeLimit: Int64 = 100_000_000) throws -> Receipt {
        let id = try submit(contract, feeLimit: feeLimit)
        produce()
        guard let entry = chain.entry(id) else { throw Missing() }
        return entry.receipt
    }

    mutating func produce(_ count: Int = 1, after interval: Duration = .seconds(3)) {
        for _ in 0..<count { chain.produce(at: now + interval) }
    }

    func tokenTransfer(_ from: Int, _ to: Int, _ units: Int64) -> Contract {
        let data =
            TokenContract.Function.transfer.selector + Word(accounts[to]).bytes + Word(UInt64(max(0, units))).bytes
        return .triggerSmartContract(
            TriggerSmartContract(owner: accounts[from], contractAddress: token, data: data)
        )
    }

    func transfer(_ from: Int, _ to: Int, trx: Int64) -> Contract {
        .transfer(Transfer(owner: accounts[from], recipient: accounts[to], amount: Sun(trx * 1_000_000)))
    }

    func delegate(_ from: Int, _ to: Int, sun: Int64, lock: Bool = false, period: Int64 = 0) -> Contract {
        .delegateResource(
            DelegateResource(
                owner: accounts[from],
                receiver: accounts[to],
                resource: .energy,
                stake: Sun(sun),
                lock: lock,
                lockPeriod: period
            )
        )
    }

    func reclaim(_ from: Int, _ to: Int, sun: Int64) -> Contract {
        .unDelegateResource(
            UnDelegateResource(owner: accounts[from], receiver: accounts[to], resource: .energy, stake: Sun(sun))
        )
    }

    struct Missing: Error {}
}

/// A seeded generator (xorshift64*).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }
}
