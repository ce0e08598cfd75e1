public import ChainModel
public import Models

/// What a transaction did and cost, once it is in a block (`gettransactioninfobyid`).
public struct TransactionReceipt: Sendable, Hashable {
    /// The transaction.
    public var id: TransactionID
    /// The block it is in.
    public var block: Int64
    /// That block's time.
    public var blockTime: Timestamp
    /// TRX burnt in all.
    public var fee: Sun
    /// Whether the node marks it as failed.
    public var isFailed: Bool
    /// How the contract call ended: `SUCCESS`, `REVERT`, `OUT_OF_ENERGY` …; `nil` for contracts of the system.
    public var contractResult: String?
    /// The node's words about a failure.
    public var message: String
    /// Energy of the caller's own and acquired stake.
    public var energyStaked: Energy
    /// TRX burnt for energy: not zero means that energy was missing.
    public var energyBurnt: Sun
    /// Energy that the contract's deployer paid.
    public var energyOfOrigin: Energy
    /// All energy it took.
    public var energyTotal: Energy
    /// The part that the dynamic energy model added.
    public var energyPenalty: Energy
    /// Staked or free bandwidth it took.
    public var bandwidthUsed: Bandwidth
    /// TRX burnt for bandwidth.
    public var bandwidthBurnt: Sun
    /// What the call returned.
    public var output: [UInt8]
    /// What it reported.
    public var logs: [EventLog]

    /// Whether it did what it was for: not failed, and a contract call must have ended in `SUCCESS`.
    public var succeeded: Bool { !isFailed && (contractResult ?? "SUCCESS") == "SUCCESS" }

    /// The movements of one token. Only these, and only of a transaction that ``succeeded``, prove that tokens moved.
    public func transfers(of token: TronAddress) -> [TransferEvent] {
        logs.compactMap { TransferEvent($0) }.filter { $0.token == token }
    }
}

struct WireReceipt: Decodable {
    struct Bill: Decodable {
        var energy_usage: Int64?
        var energy_fee: Int64?
        var origin_energy_usage: Int64?
        var energy_usage_total: Int64?
        var energy_penalty_total: Int64?
        var net_usage: Int64?
        var net_fee: Int64?
        var result: String?
    }

    struct Log: Decodable {
        var address: WireBytes
        var topics: [WireBytes]?
        var data: WireBytes?
    }

    var id: TransactionID
    var fee: Int64?
    var blockNumber: Int64?
    var blockTimeStamp: Int64?
    var contractResult: [WireBytes]?
    var receipt: Bill?
    var log: [Log]?
    var result: String?
    var resMessage: String?
}

extension TransactionReceipt {
    init(_ wire: WireReceipt) {
        id = wire.id
        block = wire.blockNumber ?? 0
        blockTime = Timestamp(milliseconds: wire.blockTimeStamp ?? 0)
        fee = Sun(wire: wire.fee)
        isFailed = wire.result == "FAILED"
        contractResult = wire.receipt?.result
        message = NodeAnswer.message(wire.resMessage)
        energyStaked = Energy(rawValue: wire.receipt?.energy_usage ?? 0)
        energyBurnt = Sun(wire: wire.receipt?.energy_fee)
        energyOfOrigin = Energy(rawValue: wire.receipt?.origin_energy_usage ?? 0)
        energyTotal = Energy(rawValue: wire.receipt?.energy_usage_total ?? 0)
        energyPenalty = Energy(rawValue: wire.receipt?.energy_penalty_total ?? 0)
        bandwidthUsed = Bandwidth(rawValue: wire.receipt?.net_usage ?? 0)
        bandwidthBurnt = Sun(wire: wire.receipt?.net_fee)
        output = wire.contractResult?.first?.value ?? []
        logs = (wire.log ?? []).compactMap { log in
            let bytes = log.address.value
            guard let address = TronAddress(evm: bytes.count == 21 ? bytes.dropFirst() : bytes[...]) else { return nil }
            return EventLog(
                address: address,
                topics: (log.topics ?? []).map { Word(bytes: $0.value) },
                data: log.data?.value ?? []
            )
        }
    }
}
