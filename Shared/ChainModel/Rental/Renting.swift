internal import Models

extension ChainState {
    typealias RentalResult = (output: [UInt8], logs: [EventLog])

    /// The stake the market rents from: its own, in and out.
    var rentalPool: Sun {
        guard let account = rentals.flatMap({ account($0.address) }) else { return .zero }
        return account.staked.energy + account.delegated.energy
    }

    /// What may be rented at once: what the market may delegate.
    var rentable: Sun {
        guard let market = rentals, !market.terms.isPaused, let account = account(market.address) else { return .zero }
        return delegatableMaximum(of: account, .energy)
    }

    /// The rental rate when so much more is rented out.
    func rentalRate(adding stake: Sun) -> Int64 {
        guard let market = rentals else { return 0 }
        return market.terms.rate(rented: market.rented.adding(stake) ?? rentalPool, of: rentalPool)
    }

    /// The rate by which deposits are measured: the higher of the rental and the stable rate.
    var chargedRate: Int64 { max(rentalRate(adding: .zero), rentals?.stableRate ?? 0) }

    /// Brings the market's index up to the head's time.
    mutating func accrueRent() {
        let (now, pool) = (now, rentalPool)
        rentals?.accrue(to: now, pool: pool)
    }

    /// Rents more or for longer; either of stake and payment may be zero, not both.
    mutating func rent(
        _ renter: TronAddress,
        for receiver: TronAddress?,
        _ amount: Int64?,
        resource: Word,
        _ value: Sun
    ) -> RentalResult? {
        guard var market = rentals, resource == Word(1), let receiver, let amount, let account = account(receiver),
            !account.isContract, !market.terms.isPaused, amount > 0 || value > .zero
        else { return nil }
        let stake = Sun(amount)
        let key = RentalMarket.Key(renter: renter, receiver: receiver)
        guard amount == 0 ? market.rental(key) != nil : stake >= RentalTerms.minimum, stake <= rentable else {
            return nil
        }
        var rental = collect(market.rental(key) ?? RentalMarket.Rental(index: market.index), &market)
        rental.stake += stake
        guard let deposit = rental.deposit.adding(value) else { return nil }
        rental.deposit = deposit
        let rate = max(rentalRate(adding: stake), market.stableRate)
        guard deposit >= market.terms.liquidationLine(for: rental.stake, rate: rate) else { return nil }
        market.store(rental, key)
        rentals = market
        if stake > .zero {
            let lending = DelegateResource(owner: market.address, receiver: receiver, resource: .energy, stake: stake)
            guard (try? delegate(lending)) != nil else { return nil }
        }
        let log = EventLog(
            address: market.address,
            topics: [EventLog.rentTopic, Word(renter), Word(receiver)],
            data: words(amount, 1, value.rawValue, rental.stake.rawValue)
        )
        return ([], [log])
    }

    /// Gives stake back. All of it comes back, with what is left of the deposit, when that no longer keeps the rest.
    mutating func giveBack(
        renter: TronAddress?,
        receiver: TronAddress?,
        _ amount: Int64?,
        resource: Word
    ) -> RentalResult? {
        guard var market = rentals, resource == Word(1), let renter, let receiver, let amount, amount > 0 else {
            return nil
        }
        let key = RentalMarket.Key(renter: renter, receiver: receiver)
        guard let before = market.rental(key), Sun(amount) <= before.stake else { return nil }
        var rental = collect(before, &market)
        var stake = Sun(amount)
        let line = market.terms.liquidationLine(for: rental.stake - stake, rate: chargedRate)
        if stake < rental.stake, rental.deposit - usageCharge(for: stake, at: receiver) < line { stake = rental.stake }
        let usage = takeBack(stake, &rental, key, &market)
        var refund = Sun.zero
        if rental.stake == .zero { refund = pay(rental.deposit, from: &rental, to: renter) }
        market.store(rental, key)
        rentals = market
        let log = EventLog(
            address: market.address,
            topics: [EventLog.returnTopic, Word(renter), Word(receiver)],
            data: words(stake.rawValue, 1, usage.rawValue, refund.rawValue, rental.stake.rawValue)
        )
        return (words(refund.rawValue), [log])
    }

    /// Ends a rental whose deposit has run down: rent and usage first, then the liquidator's reward, the rest goes back.
    mutating func liquidate(
        _ liquidator: TronAddress,
        renter: TronAddress?,
        receiver: TronAddress?,
        resource: Word
    ) -> RentalResult? {
        guard var market = rentals, resource == Word(1), let renter, let receiver else { return nil }
        let key = RentalMarket.Key(renter: renter, receiver: receiver)
        guard let before = market.rental(key) else { return nil }
        var rental = collect(before, &market)
        let line = market.terms.liquidationLine(for: rental.stake, rate: chargedRate)
        guard rental.deposit < line else { return nil }
        let stake = rental.stake
        let usage = takeBack(stake, &rental, key, &market)
        let reward = pay(min(market.terms.fee(for: stake), rental.deposit), from: &rental, to: liquidator)
        let refund = pay(rental.deposit, from: &rental, to: renter)
        market.store(rental, key)
        rentals = market
        let log = EventLog(
            address: market.address,
            topics: [EventLog.liquidateTopic, Word(liquidator), Word(renter), Word(receiver)],
            data: words(stake.rawValue, 1, usage.rawValue, reward.rawValue, refund.rawValue)
        )
        return (words(reward.rawValue), [log])
    }

    /// Ends every rental whose deposit has run down, as the market's liquidators do within seconds.
    mutating func liquidateRentals() {
        guard let market = rentals, market.rented > .zero else { return }
        accrueRent()
        for key in market.rentals.map(\.key).sorted() {
            _ = liquidate(market.liquidator, renter: key.renter, receiver: key.receiver, resource: Word(1))
        }
    }

    /// Books the rent since the rental was last written down.
    private func collect(_ rental: RentalMarket.Rental, _ market: inout RentalMarket) -> RentalMarket.Rental {
        let (after, rent, missing) = market.settled(rental)
        market.income += rent
        market.badDebt = market.badDebt.adding(missing) ?? Sun(Int64.max)
        return after
    }

    /// Undelegates, and charges for what comes back used.
    private mutating func takeBack(
        _ stake: Sun,
        _ rental: inout RentalMarket.Rental,
        _ key: RentalMarket.Key,
        _ market: inout RentalMarket
    ) -> Sun {
        let charge = min(usageCharge(for: stake, at: key.receiver), rental.deposit)
        let reclaim = UnDelegateResource(owner: market.address, receiver: key.receiver, resource: .energy, stake: stake)
        do throws(Rejection) {
            try self.reclaim(reclaim)
        } catch {
            preconditionFailure("the market's delegations are its rentals: \(error)")
        }
        rental.stake -= stake
        rental.deposit -= charge
        market.income += charge
        return charge
    }

    /// `stake · rate · 86400 · usageChargeRatio`, in the proportion in which the stake's energy is used.
    private func usageCharge(for stake: Sun, at receiver: TronAddress) -> Sun {
        guard let market = rentals, let account = account(receiver) else { return .zero }
        let full = totals(.energy).limit(forStake: stake)
        let used = Delegation.transferredUsage(
            stake: stake,
            receiverUsage: account.usage.energy.recovered(at: slot).used,
            receiverStake: account.effectiveStake(.energy),
            totals: totals(.energy)
        )
        guard full > 0, used > 0,
            let day = RentalTerms.rent(of: stake, rate: chargedRate, seconds: RentalTerms.recovery),
            let most = scaledUp(day.rawValue, by: market.terms.usageChargeRatio, over: RentalTerms.one)
        else { return .zero }
        return Sun(scaledUp(most, by: min(used, full), over: full) ?? 0)
    }

    private mutating func pay(_ amount: Sun, from rental: inout RentalMarket.Rental, to payee: TronAddress) -> Sun {
        guard amount > .zero, let market = rentals, account(payee) != nil else { return .zero }
        rental.deposit -= amount
        change(market.address) { $0.balance -= amount }
        change(payee) { $0.balance += amount }
        return amount
    }

    private func words(_ values: Int64...) -> [UInt8] { values.flatMap { Word(UInt64(max(0, $0))).bytes } }
}
