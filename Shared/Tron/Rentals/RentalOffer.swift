public import ChainModel
public import Models

/// What renting energy from a market would take now, by the market's own figures.
public struct RentalOffer: Sendable, Hashable {
    /// Stake to be rented, with a margin for what the network's weight may move until the call runs.
    public var stake: Sun
    /// What that stake yields at the network's weight of the reading.
    public var energy: Energy
    /// What must be sent along: rent for the time, a day's rent for the recovery of what is used, the liquidator's fee.
    public var prepay: Sun
    /// The part of ``prepay`` that comes back when everything is used up and given back at the end of the time.
    public var refundable: Sun
    /// Energy the market can rent out now.
    public var available: Energy
    /// Whether the market rents nothing out at present.
    public var isPaused: Bool
}

/// A rental as it stands.
public struct RentalStanding: Sendable, Hashable {
    /// Stake rented.
    public var stake: Sun
    /// What is left of the prepayment.
    public var deposit: Sun
}

extension TronNode {
    /// What renting would take.
    /// - Parameters:
    ///   - market: the contract of JustLend DAO's Energy Rental.
    ///   - renter: whose call it would be.
    ///   - seconds: for how long.
    /// - Returns: `nil` when the receiver is not activated, or so much energy is beyond 64 bits.
    public func rentalOffer(
        of market: TronAddress,
        to renter: TronAddress,
        for receiver: TronAddress,
        energy: Energy,
        seconds: Int64
    ) async throws(NodeError) -> RentalOffer? {
        guard let totals = try await accountResources(of: receiver)?.energyTotals,
            let bare = totals.stake(forLimit: energy.rawValue),
            let margined = scaledUp(bare.rawValue, by: 1005, over: 1000)
        else { return nil }
        let stake = max(Sun(margined), RentalTerms.minimum)
        func read(_ function: RentalMarket.Function, _ words: Word...) async throws(NodeError) -> Int64 {
            try await self.read(market, function, words, asker: renter)
        }
        let rentalRate = try await read(.rentalRate, Word(UInt64(max(0, stake.rawValue))), RentalCall.energy)
        let stableRate = try await read(.stableRate, RentalCall.energy)
        var terms = RentalTerms()
        terms.liquidateThreshold = try await read(.liquidateThreshold)
        terms.feeRatio = try await read(.feeRatio)
        terms.minimumFee = Sun(try await read(.minFee))
        terms.usageChargeRatio = try await read(.usageChargeRatio)
        terms.isPaused = try await read(.rentPaused, RentalCall.energy) != 0
        // Whoever owns the market may have set anything.
        if let problem = terms.problem ?? (min(rentalRate, stableRate) < 0 ? "a rate below zero" : nil) {
            throw NodeError(.malformed, path: "/wallet/triggerconstantcontract", "\(market): \(problem)")
        }
        let rentable = Sun(try await read(.maxRentableOfType, RentalCall.energy))
        let rate = max(rentalRate, stableRate)
        let usage = scaledUp(RentalTerms.recovery, by: terms.usageChargeRatio, over: RentalTerms.one)
        guard let prepay = terms.prepay(for: stake, rate: rate, seconds: seconds), let usage,
            let used = Sun(seconds).adding(Sun(usage)),
            let spent = RentalTerms.rent(of: stake, rate: rate, seconds: used.rawValue)
        else { return nil }
        return RentalOffer(
            stake: stake,
            energy: Energy(totals.limit(forStake: stake)),
            prepay: prepay,
            refundable: (prepay - spent).clamped,
            available: Energy(totals.limit(forStake: rentable)),
            isPaused: terms.isPaused
        )
    }

    /// The fee limit for a call of the market: its energy on the present state at the burn price, and half as much again.
    /// - Throws: `refused` when the market would refuse the call.
    public func feeLimit(
        of call: RentalCall,
        to market: TronAddress,
        by renter: TronAddress,
        paying payment: Sun
    ) async throws(NodeError) -> Sun {
        let path = "/wallet/triggerconstantcontract"
        let simulation = try await simulate(
            TriggerSmartContract(owner: renter, contractAddress: market, callValue: payment, data: call.data)
        )
        guard !simulation.isReverted else { throw NodeError(.refused, path: path, simulation.message) }
        guard let price = try await networkParameters().energyPrice,
            let cost = scaledUp(simulation.energy.rawValue, by: price.rawValue, over: 1),
            let limit = scaledUp(cost, by: 3, over: 2)
        else { throw NodeError(.malformed, path: "/wallet/getchainparameters", "no getEnergyFee") }
        return Sun(limit)
    }

    /// How a rental stands, its deposit up to date; `nil` when there is none.
    public func rental(
        in market: TronAddress,
        renter: TronAddress,
        receiver: TronAddress
    ) async throws(NodeError) -> RentalStanding? {
        let words = [Word(renter), Word(receiver), RentalCall.energy]
        let stake = Sun(try await read(market, .rentals, words, asker: renter))
        guard stake > .zero else { return nil }
        return RentalStanding(stake: stake, deposit: Sun(try await read(market, .getRentInfo, words, asker: renter)))
    }

    /// The first word of what a read of the market returns.
    private func read(
        _ market: TronAddress,
        _ function: RentalMarket.Function,
        _ words: [Word],
        asker: TronAddress
    ) async throws(NodeError) -> Int64 {
        let call = TriggerSmartContract(
            owner: asker,
            contractAddress: market,
            data: function.selector + words.flatMap(\.bytes)
        )
        let simulation = try await simulate(call)
        guard !simulation.isReverted, simulation.output.count >= 32,
            let value = Word(bytes: simulation.output.prefix(32)).int64
        else {
            throw NodeError(
                .malformed,
                path: "/wallet/triggerconstantcontract",
                "\(function.signature) of \(market) gave no number: \(simulation.message)"
            )
        }
        return value
    }
}

extension TransactionBuilder {
    /// Rents from a market.
    /// - Parameters:
    ///   - payment: what is sent along.
    ///   - feeLimit: must cover all energy of the call at the burn price.
    public func rent(
        _ call: RentalCall,
        from market: TronAddress,
        by renter: TronAddress,
        paying payment: Sun,
        feeLimit: Sun
    ) -> TransactionBody {
        body(
            .triggerSmartContract(
                TriggerSmartContract(owner: renter, contractAddress: market, callValue: payment, data: call.data)
            ),
            feeLimit: feeLimit
        )
    }
}
