internal import ChainModel
internal import Models

extension Format {
    /// What a transaction did and cost, as `gettransactioninfobyid` shows it. Log addresses are 20 bytes without prefix.
    func json(_ receipt: Receipt) -> JSON {
        var fields = Fields()
        fields.add("id", receipt.id.hex)
        fields.add(unlessZero: "fee", receipt.fee.rawValue)
        fields.add("blockNumber", receipt.block)
        fields.add("blockTimeStamp", receipt.time.milliseconds)
        fields.add("contractResult", .array([.string(receipt.output.hex)]))
        if let contract = receipt.contract { fields.add("contract_address", address(contract)) }
        fields.add("receipt", costs(receipt))
        fields.add(unlessEmpty: "log", receipt.logs.map(json))
        if receipt.failed { fields.add("result", "FAILED") }
        if !receipt.message.isEmpty { fields.add("resMessage", text(Array(receipt.message.utf8))) }
        fields.add(unlessZero: "withdraw_amount", receipt.withdrawn.rawValue)
        fields.add(unlessZero: "withdraw_expire_amount", receipt.withdrawnExpired.rawValue)
        let cancelled = Resource.allCases.filter { receipt.cancelledUnfreezing[$0] > .zero }
        fields.add(
            unlessEmpty: "cancel_unfreezeV2_amount",
            cancelled.map { ["key": .string($0.code), "value": .int(receipt.cancelledUnfreezing[$0].rawValue)] }
        )
        return fields.json
    }

    private func costs(_ receipt: Receipt) -> JSON {
        var fields = Fields()
        fields.add(unlessZero: "energy_usage", receipt.energyUsage)
        fields.add(unlessZero: "energy_fee", receipt.energyFee.rawValue)
        fields.add(unlessZero: "energy_usage_total", receipt.energyTotal)
        fields.add(unlessZero: "net_usage", receipt.netUsage)
        fields.add(unlessZero: "net_fee", receipt.netFee.rawValue)
        if let result = receipt.result { fields.add("result", result.rawValue) }
        fields.add(unlessZero: "energy_penalty_total", receipt.energyPenalty)
        return fields.json
    }

    private func json(_ log: EventLog) -> JSON {
        [
            "address": .string(log.address.evmBytes.hex), "topics": .array(log.topics.map { .string($0.bytes.hex) }),
            "data": .string(log.data.hex),
        ]
    }
}
