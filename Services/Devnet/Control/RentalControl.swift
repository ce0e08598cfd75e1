internal import ChainModel
internal import Models

/// `/devnet/rentals`: the terms of the energy rental market, and what is rented.
enum RentalControl {
    @Sendable static func show(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        guard let market = await node.inspect({ $0.head.rentals }) else { throw ControlError("no rental market") }
        let rentals = market.rentals.sorted { $0.key < $1.key }.map { key, rental -> JSON in
            [
                "renter": .string(key.renter.base58), "receiver": .string(key.receiver.base58),
                "stake_sun": .int(rental.stake.rawValue), "deposit_sun": .int(rental.deposit.rawValue),
            ]
        }
        return [
            "market": .string(market.address.base58), "base_rate": .int(market.terms.baseRate),
            "full_use_rate": .int(market.terms.fullUseRate), "stable_rate": .int(market.stableRate),
            "liquidate_threshold": .int(market.terms.liquidateThreshold), "fee_ratio": .int(market.terms.feeRatio),
            "min_fee_sun": .int(market.terms.minimumFee.rawValue),
            "usage_charge_ratio": .int(market.terms.usageChargeRatio), "paused": .bool(market.terms.isPaused),
            "rented_sun": .int(market.rented.rawValue), "income_sun": .int(market.income.rawValue),
            "bad_debt_sun": .int(market.badDebt.rawValue), "rentals": .array(rentals),
        ]
    }

    @Sendable static func change(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(
            body,
            known: [
                "base_rate", "full_use_rate", "liquidate_threshold", "fee_ratio", "min_fee_sun", "usage_charge_ratio",
                "paused",
            ]
        )
        var changes: [@Sendable (inout RentalTerms) -> Void] = []
        let numbers: [(String, any WritableKeyPath<RentalTerms, Int64> & Sendable)] = [
            ("base_rate", \.baseRate), ("full_use_rate", \.fullUseRate), ("liquidate_threshold", \.liquidateThreshold),
            ("fee_ratio", \.feeRatio), ("min_fee_sun", \.minimumFee.rawValue),
            ("usage_charge_ratio", \.usageChargeRatio),
        ]
        for (name, path) in numbers where request.has(name) {
            let value = try request.int(name, 0...Int64.max)
            changes.append { $0[keyPath: path] = value }
        }
        if request.has("paused") {
            let isPaused = try request.bool("paused", default: false)
            changes.append { $0.isPaused = isPaused }
        }
        let wanted = changes
        do throws(InterventionError) {
            try await node.change { chain throws(InterventionError) in
                var terms = chain.head.rentals?.terms ?? RentalTerms()
                for change in wanted { change(&terms) }
                try chain.setRentalTerms(terms)
            }
        } catch {
            throw ControlError(error.description)
        }
        return try await show(node, [:])
    }
}
