import Foundation
import Models
import Testing

/// One value of each message with every field set, as its golden file has it.
enum Samples {
    static func all() throws -> [any Message] {
        let withdrawal = try #require(WithdrawalID("W-2026-0001"))
        let partner = try #require(PartnerID("p42"))
        let allocation = try #require(UUIDv7("019a0000-0000-7000-8000-000000000001"))
        let txid = try #require(TransactionID(hex: String(repeating: "0f", count: 32)))
        let until = try #require(Timestamp("2026-11-21T09:30:00.000Z"))
        let body = try acquisition(txid)
        return try [
            try request(withdrawal, partner, until),
            WithdrawalSettle(withdrawalID: withdrawal, partnerID: partner, txid: txid),
            WithdrawalCancel(withdrawalID: withdrawal, partnerID: partner),
            try notification(partner),
            WithdrawalAccepted(withdrawalID: withdrawal, partnerID: partner, sequence: 1, userID: "u-7"),
            WithdrawalRejected(
                partnerID: partner,
                withdrawalID: "W-2026-0001",
                messageID: "m-1",
                messageType: "withdrawal.request.v1",
                reason: .amountZero,
                detail: "amount is zero"
            ),
            WithdrawalShort(
                withdrawalID: withdrawal,
                partnerID: partner,
                sequence: 2,
                userID: "u-7",
                reason: .insufficientBalance,
                missing: Energy(65_000),
                validUntil: until,
                cost: sheet
            ),
            WithdrawalReady(
                withdrawalID: withdrawal,
                partnerID: partner,
                sequence: 3,
                userID: "u-7",
                allocationID: allocation,
                method: .energy,
                source: "own_stake",
                energyAvailable: Energy(64_928),
                bandwidthAvailable: Bandwidth(600),
                feeLimit: Sun(6_492_800),
                notAfter: until,
                cost: sheet
            ),
            WithdrawalRevoked(
                withdrawalID: withdrawal,
                partnerID: partner,
                sequence: 4,
                userID: "u-7",
                allocationID: allocation,
                reason: .energyLost
            ),
            WithdrawalSettled(
                withdrawalID: withdrawal,
                partnerID: partner,
                sequence: 5,
                userID: "u-7",
                txid: txid,
                blockNumber: 76_543_210,
                energyUsed: Energy(64_285),
                energyFee: Sun(0),
                bandwidthUsed: Bandwidth(345),
                bandwidthFee: Sun(345_000),
                cost: sheet
            ),
            WithdrawalCancelled(withdrawalID: withdrawal, partnerID: partner, sequence: 2, userID: "u-7"),
            WithdrawalExpired(withdrawalID: withdrawal, partnerID: partner, sequence: 2, userID: "u-7"),
            WithdrawalFailed(
                withdrawalID: withdrawal,
                partnerID: partner,
                sequence: 6,
                userID: "u-7",
                reason: .transferFailed,
                txid: txid
            ),
            try batch(partner, until),
            AcquisitionStarted(body), AcquisitionProven(body), AcquisitionFailed(body), AcquisitionReclaimed(body),
            try prices(until), try chain(until), try order(), try status(until),
            PolicyChanged(
                entry: 17,
                at: until,
                actor: "alice",
                action: "partner.terms",
                subject: "p42",
                detail: ["margin_permille": "50", "fee_sun": nil]
            ),
            AllocationFallback(
                withdrawalID: withdrawal,
                partnerID: partner,
                sequence: 3,
                userID: "u-7",
                allocationID: allocation,
                energy: Energy(65_000),
                estimatedBurn: Sun(6_500_000)
            ),
        ] + alerts(partner, until) + deliveries(partner, until)
    }

    private static let sheet = CostSheet(
        source: "own_stake",
        energy: Energy(64_928),
        energyPrice: SunPerEnergy(rawValue: 11_500_000),
        energyCost: Sun(746_672),
        bandwidthCost: .zero,
        activationCost: .zero,
        margin: Sun(74_668),
        fee: Sun(100_000),
        total: Sun(921_340),
        baseline: Sun(6_492_800)
    )

    /// `withdrawal.settle` names a transaction or that nothing was sent, never both.
    static let neverTogether: [String: Set<String>] = ["withdrawal.settle.v1": ["txid", "given_up"]]

    private static func request(
        _ withdrawal: WithdrawalID,
        _ partner: PartnerID,
        _ until: Timestamp
    ) throws -> WithdrawalRequest {
        WithdrawalRequest(
            withdrawalID: withdrawal,
            partnerID: partner,
            userID: "u-7",
            fromAddress: try TronAddress(hex: "41" + String(repeating: "11", count: 20)),
            toAddress: try TronAddress(hex: "41" + String(repeating: "22", count: 20)),
            amount: try #require(TokenAmount(units: 12_500_000)),
            urgency: .priority,
            deadline: until,
            fallback: [.queueWait, .trxPayment],
            maxCost: Sun(2_000_000),
            batchID: "b-3",
            batchSize: 5
        )
    }

    private static func batch(_ partner: PartnerID, _ now: Timestamp) throws -> BatchCompleted {
        BatchCompleted(
            partnerID: partner,
            batchID: "b-3",
            sequence: 1,
            size: 5,
            members: 5,
            settled: 3,
            cancelled: 1,
            expired: 1,
            failed: 0,
            rejected: 0,
            amountSettled: try #require(TokenAmount(units: 37_500_000)),
            energyUsed: Energy(192_855),
            energyFee: .zero,
            bandwidthFee: Sun(1_035_000),
            cost: Sun(2_100_000),
            firstReceivedAt: now,
            lastReceivedAt: now + .seconds(2),
            lastOutcomeAt: now + .seconds(75)
        )
    }

    private static func prices(_ now: Timestamp) throws -> PriceUpdated {
        let price = try #require(USDPerTRX("0.3276"))
        return PriceUpdated(
            at: now,
            trxPrice: price,
            trxState: .fresh,
            trxAsOf: now - .seconds(3),
            trxSources: 4,
            energyPrices: [
                EnergyPriceEntry(
                    source: "burn",
                    price: try #require(SunPerEnergy("100")),
                    at: now - .seconds(5),
                    freshUntil: now + .seconds(595)
                ),
                EnergyPriceEntry(
                    source: "justlend_rent",
                    price: try #require(SunPerEnergy("44.835366")),
                    at: now - .seconds(40),
                    freshUntil: now + .seconds(560)
                ),
            ],
            congestion: 57,
            marketDemand: .medium
        )
    }

    private static func chain(_ now: Timestamp) throws -> ChainParametersChanged {
        ChainParametersChanged(
            blockNumber: 76_543_210,
            at: now,
            energyFee: Sun(100),
            bandwidthFee: Sun(1000),
            energyPerTRX: try #require(EnergyPerTRX("9.492727")),
            tokenFactor: 34_000,
            changes: [
                ParameterChange(parameter: "getEnergyFee", old: "210", new: "100"),
                ParameterChange(parameter: "proposal.105", old: nil, new: "11=90"),
            ]
        )
    }

    private static func order() throws -> SupplierOrderSettled {
        SupplierOrderSettled(
            supplier: try #require(SupplierID("tronzap")),
            orderKey: try #require(OrderKey("019a0000-0000-7000-8000-0000000000aa-1")),
            acquisitionID: try #require(UUIDv7("019a0000-0000-7000-8000-0000000000aa")),
            wallet: try TronAddress(hex: "41" + String(repeating: "11", count: 20)),
            outcome: .refunded,
            ordered: Energy(131_000),
            delivered: .zero,
            quoted: Sun(4_938_700),
            charged: Sun(4_938_700),
            refunded: Sun(4_938_700),
            timeToChain: 2300,
            reason: "the supplier did not deliver"
        )
    }

    private static func status(_ now: Timestamp) throws -> SupplierStatusChanged {
        SupplierStatusChanged(
            supplier: try #require(SupplierID("tronzap")),
            isAvailable: false,
            reason: "rate_limited (answered): status 429",
            until: now + .seconds(30),
            at: now
        )
    }

    private static func acquisition(_ txid: TransactionID) throws -> AcquisitionEventBody {
        AcquisitionEventBody(
            acquisitionID: try #require(UUIDv7("019a0000-0000-7000-8000-0000000000aa")),
            wallet: try TronAddress(hex: "41" + String(repeating: "11", count: 20)),
            source: "own_stake",
            pool: "house-1",
            energy: Energy(130_000),
            stake: Sun(13_900_000_000),
            txid: txid
        )
    }
}

/// Files beside the tests.
enum Files {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()

    static func golden(_ name: MessageName) throws -> String {
        try String(contentsOf: tests.appending(path: "Golden/\(name.wireName).json"), encoding: .utf8)
    }

    static func goldenNames() throws -> Set<String> {
        let files = try FileManager.default.contentsOfDirectory(atPath: tests.appending(path: "Golden").path)
        return Set(files.map { $0.hasSuffix(".json") ? String($0.dropLast(5)) : $0 })
    }

    static func asyncAPI() throws -> String {
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "deploy/asyncapi.yaml"), encoding: .utf8)
    }
}

/// The JSON of tests: sorted keys, one field a line.
enum JSON {
    static func encode(_ message: some Message) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(message), as: UTF8.self)
    }

    static func decode<M: Message>(_ type: M.Type, _ text: String) throws -> M {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    static func fields(_ text: String) throws -> [String: any Sendable] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: any Sendable])
    }

    static func text(_ fields: [String: any Sendable]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
    }
}
