import Models
import Planning
import Testing

/// What is charged, given back and promised, by single cases; ``ChargingModelTests`` runs random ones.
struct ChargingTests {
    private func entry(
        _ number: Int64,
        need: Int64 = 100,
        maxCost: Sun? = nil,
        user: String? = nil,
        urgency: Int16 = 0
    ) -> WorkingSet.Entry {
        var subject = withdrawal(number, urgency: urgency, maxCost: maxCost, user: user)
        _ = subject.handle(.needed(Need(energy: Energy(need), bandwidth: Bandwidth(345))), now: moment(0))
        return WorkingSet.Entry(withdrawal: subject, allocationID: allocation(number), hasOpenPromise: false)
    }

    /// A wallet whose energy costs a sun each.
    private func wallet(limit: Int64 = 1_000_000) -> WalletPosition {
        var wallet = position(limit: limit)
        wallet.energySource = "own_stake"
        wallet.energyPrice = SunPerEnergy(rawValue: 1_000_000)
        return wallet
    }

    private func reasons(_ set: WorkingSet) -> [WithdrawalKey: ShortageReason] {
        set.entries.compactMapValues(\.withdrawal.shortReason)
    }

    @Test func whatIsPaidForIsPromisedAndWhatIsNotIsFreeAgain() {
        var set = WorkingSet(entries: [entry(1), entry(2), entry(3)], positions: [wallet()])
        let terms = promiseTerms(fee: 7)
        var purse = Purse()
        _ = set.promise(to: [key(1), key(2), key(3)], at: address(1), terms: terms, purse: &purse)
        #expect(set.positions[address(1)]?.promisedEnergy == Energy(300), "reserved until it is known who pays")
        #expect(set.changes.opened.isEmpty && set.changes.notices.isEmpty)

        let dues = set.dues(terms)
        #expect(dues.charges.map(\.key) == [key(1), key(2), key(3)])
        #expect(dues.charges.map(\.sheet.total) == [Sun(107), Sun(107), Sun(107)])
        let standing = sheet(55, source: "tronzap")
        set.take(
            [.insufficient, .paid(dues.charges[1].sheet), .paid(standing)],
            for: dues,
            terms: terms,
            now: moment(5)
        )

        #expect(set.reserved.isEmpty && set.dues(terms).isEmpty)
        #expect(set.positions[address(1)]?.promisedEnergy == Energy(200))
        #expect(set.positions[address(1)]?.promisedCount == 2)
        #expect(set.changes.opened.map(\.promise.promisedBefore) == [.zero, Energy(100)])
        #expect(reasons(set) == [key(1): .insufficientBalance])
        #expect(set.entries[key(3)]?.withdrawal.cost == standing, "a debit that stood holds at its price")
        let events = set.changes.notices.map(\.event)
        #expect((events[0] as? WithdrawalShort)?.cost?.total == Sun(107))
        #expect((events[1] as? WithdrawalReady)?.cost?.total == Sun(107))
        #expect((events[2] as? WithdrawalReady)?.source == "tronzap")
    }

    @Test func whatCostsMoreThanItMayKeepsNobodyElse() {
        var set = WorkingSet(
            entries: [entry(1, maxCost: Sun(106)), entry(2, maxCost: Sun(107))],
            positions: [wallet()]
        )
        var purse = Purse()
        let plan = set.promise(to: [key(1), key(2)], at: address(1), terms: promiseTerms(fee: 7), purse: &purse)
        #expect(plan?.promises.map(\.key) == [key(2)])
        guard case .price(.maxCost, let sheet) = plan?.blocked.first?.obstacle else {
            Issue.record("\(String(describing: plan))")
            return
        }
        #expect(sheet?.total == Sun(107))
    }

    /// Who cannot pay is passed over, and a smaller one behind him may be able to.
    @Test func aPurseIsSpentInTheOrderOfTheClaims() {
        let entries = [entry(1, need: 60), entry(2, need: 60), entry(3, need: 40), entry(4, need: 1)]
        var set = WorkingSet(entries: entries, positions: [wallet()])
        var purse = Purse([PayerAccount(partner: partner("p1"), user: nil): Sun(100)])
        let plan = set.promise(to: (1...4).map { key($0) }, at: address(1), terms: promiseTerms(), purse: &purse)
        #expect(plan?.promises.map(\.key) == [key(1), key(3)])
        #expect(plan?.blocked.map(\.claim.key) == [key(2), key(4)])
        #expect(purse == Purse([PayerAccount(partner: partner("p1"), user: nil): .zero]))
    }

    @Test func usersPayForThemselves() {
        let entries = [entry(1, user: "rich"), entry(2, user: "poor"), entry(3)]
        var set = WorkingSet(entries: entries, positions: [wallet()])
        let terms = promiseTerms(payer: .user)
        var purse = Purse([
            PayerAccount(partner: partner("p1"), user: "rich"): Sun(100),
            PayerAccount(partner: partner("p1"), user: "poor"): Sun(99),
        ])
        let plan = set.promise(to: (1...3).map { key($0) }, at: address(1), terms: terms, purse: &purse)
        #expect(plan?.promises.map(\.key) == [key(1), key(3)])
        #expect(set.dues(terms).charges.map(\.payer.user) == ["rich", nil])
    }

    /// Energy is not brought for whoever could not pay for it, and what is kept for one that waits keeps nobody else.
    @Test func whatHasToBeBroughtIsLookedAtAtItsOwnPrice() {
        let entries = [
            entry(1, need: 50), entry(2, need: 60), entry(3, need: 60, maxCost: Sun(200)), entry(4, need: 60),
        ]
        var set = WorkingSet(entries: entries, positions: [wallet(limit: 50)])
        let offer = EnergyOffer(source: "own_stake", price: SunPerEnergy(rawValue: 4_000_000))
        let payer = PayerAccount(partner: partner("p1"), user: nil)
        var purse = Purse([payer: Sun(300)])
        let terms = promiseTerms(bringing: offer)
        let plan = set.promise(to: (1...4).map { key($0) }, at: address(1), terms: terms, purse: &purse)
        #expect(plan?.promises.map(\.key) == [key(1)], "at a sun each")
        #expect(purse == Purse([payer: Sun(250)]), "nothing is taken for what is not there")
        let obstacles = plan?.blocked.map { "\($0.claim.key.id) \($0.obstacle.kind)" }
        #expect(obstacles == ["w2 energy", "w3 max_cost", "w4 insufficient_balance"])
        #expect(plan?.deficit == Energy(60))
    }

    @Test func aSumThatNoMessageCanCarryIsPaidByNobody() {
        var dear = wallet()
        dear.energyPrice = SunPerEnergy(rawValue: .max)
        var set = WorkingSet(entries: [entry(1)], positions: [dear])
        var purse = Purse()
        let plan = set.promise(to: [key(1)], at: address(1), terms: promiseTerms(), purse: &purse)
        #expect(plan?.promises.isEmpty == true && plan?.blocked.map(\.obstacle.kind) == ["insufficient_balance"])
    }

    /// What costs no more than the limit before margin and fee stays within what was allowed, and a sun more does not.
    @Test func theLimitOfWhatEnergyMayCostLeavesRoomForMarginAndFee() async {
        await forEverySeed(500) { seed, random in
            var terms = promiseTerms()
            let pricing = PricingTerms(marginPermille: Int32(random.int(0...10_000)), fee: Sun(random.int(0...1000)))
            terms.registry = RegistrySnapshot(
                revision: 1,
                partners: [.init(id: partner("p1"), paused: false, terms: pricing)]
            )
            let allowed = Sun(random.amount(upTo: 1_000_000))
            let subject = entry(1, need: 1, maxCost: allowed).withdrawal
            guard let limit = terms.costLimit(of: subject, Purse()) else {
                Issue.record("seed \(seed): no limit")
                return
            }
            func total(_ base: Sun) -> Sun? {
                let price = SunPerEnergy(rawValue: base.rawValue * 1_000_000)
                return terms.sheet(for: subject, of: EnergyOffer(source: "tronzap", price: price))?.total
            }
            if allowed >= pricing.fee { #expect((total(limit.base) ?? .zero) <= allowed, "seed \(seed)") }
            #expect((total(limit.base + Sun(1)) ?? .zero) > allowed, "seed \(seed)")
        }
    }

    @Test func theSmallerOfRequestAndBalanceLimits() {
        let payer = PayerAccount(partner: partner("p1"), user: nil)
        let terms = promiseTerms(fee: 10)
        let limited = entry(1, maxCost: Sun(100)).withdrawal
        #expect(terms.costLimit(of: entry(1).withdrawal, Purse()) == nil)
        #expect(terms.costLimit(of: limited, Purse([payer: Sun(99)]))?.reason == .insufficientBalance)
        #expect(terms.costLimit(of: limited, Purse([payer: Sun(101)]))?.base == Sun(90))
        #expect(terms.costLimit(of: limited, Purse([payer: Sun(101)]))?.reason == .maxCost)
    }

    /// A withdrawal that is ready, as another transaction finds it.
    private func ready(source: String = "own_stake", charged: Bool = true) -> WorkingSet.Entry {
        var subject = withdrawal(1)
        _ = subject.handle(.needed(Need(energy: Energy(100), bandwidth: Bandwidth(345))), now: moment(0))
        var terms = terms(1, notAfter: moment(60))
        terms.cost = sheet(100, source: source)
        _ = subject.handle(.promised(terms), now: moment(1))
        return WorkingSet.Entry(withdrawal: subject, allocationID: allocation(1), hasOpenPromise: true)
    }

    private func promised(limit: Int64 = 1000) -> WalletPosition {
        var wallet = wallet(limit: limit)
        (wallet.promisedEnergy, wallet.promisedUnits, wallet.promisedCount) = (Energy(100), 5, 1)
        return wallet
    }

    @Test func whatIsGivenUpIsChargedByTheRuleAndTheFateOfItsEnergy() {
        let cases: [(ChargeRule, String, Int64, Sun?)] = [
            (.ifNotReused, "own_stake", 1000, Sun(100)), (.ifNotReused, "own_stake", 0, Sun(100)),
            (.ifNotReused, "tronzap", 1000, Sun(100)), (.ifNotReused, "tronzap", 99, Sun(0)),
            (.always, "own_stake", 1000, Sun(0)), (.never, "tronzap", 0, Sun(100)),
        ]
        for (rule, source, limit, back) in cases {
            var set = WorkingSet(entries: [ready(source: source)], positions: [promised(limit: limit)])
            set.handle(.givenUp, for: key(1), now: moment(3))
            let dues = set.dues(promiseTerms(rule: rule))
            #expect(
                dues.refunds == [.init(allocation: allocation(1), amount: back, reason: "given_up")],
                "\(rule), \(source) of \(limit)"
            )
            #expect(dues.charges.isEmpty && dues.completions.isEmpty)
        }
    }

    @Test func whatIsRevokedComesBackAndIsChargedAgainInTheSameTransaction() {
        var set = WorkingSet(entries: [ready()], positions: [promised()])
        set.handle(.promiseBroke(allocation: allocation(1), reason: .energyLost), for: key(1), now: moment(3))
        #expect(set.refunded == [key(1)] && set.entries[key(1)]?.withdrawal.cost == nil)
        var purse = Purse()
        let terms = promiseTerms()
        _ = set.promise(to: [key(1)], at: address(1), terms: terms, purse: &purse)
        let dues = set.dues(terms)
        #expect(dues.refunds == [.init(allocation: allocation(1), amount: nil, reason: "revoked")])
        #expect(dues.charges.map(\.allocation) == [allocation(1)])
        set.take([.insufficient], for: dues, terms: terms, now: moment(3))
        #expect(set.positions[address(1)]?.promisedCount == 0 && reasons(set) == [key(1): .insufficientBalance])
    }

    @Test func aTransferThatComesAfterTheRevocationIsChargedAgainOrNoted() {
        for answer in [ChargeOutcome.paid(sheet(100)), .insufficient] {
            var revoked = ready()
            _ = revoked.withdrawal.handle(.promiseBroke(allocation: allocation(1), reason: .energyLost), now: moment(3))
            revoked.hasOpenPromise = false
            var set = WorkingSet(entries: [revoked], positions: [wallet()])
            set.handle(.transferSeen(transaction(1), block: 9), for: key(1), now: moment(4))
            let terms = promiseTerms()
            let dues = set.dues(terms)
            #expect(dues.charges.map(\.sheet.total) == [Sun(100)] && dues.refunds.isEmpty)
            set.take([answer], for: dues, terms: terms, now: moment(4))
            #expect(set.changes.uncharged.isEmpty == (answer != .insufficient))
            #expect(set.entries[key(1)]?.withdrawal.state == .ready, "it is on chain whoever pays")
        }
    }

    @Test func whatSettlesIsEarnedAndComesBackOnlyByRuleWhenLate() {
        for (rule, second, isEarned) in [
            (.never, 60, true), (.never, 61, false), (.ifNotReused, 61, true), (.always, 61, true),
        ] as [(ChargeRule, Int64, Bool)] {
            var set = WorkingSet(entries: [ready()], positions: [promised()])
            set.handle(.transferSeen(transaction(1), block: 9), for: key(1), now: moment(4))
            let receipt = TransferReceipt(
                energyUsed: Energy(90),
                energyFee: .zero,
                bandwidthUsed: Bandwidth(345),
                bandwidthFee: .zero,
                blockTime: moment(second)
            )
            set.handle(.transferFinal(receipt, succeeded: true), for: key(1), now: moment(90))
            let dues = set.dues(promiseTerms(rule: rule))
            #expect(dues.completions == (isEarned ? [.init(allocation: allocation(1), energyUsed: Energy(90))] : []))
            #expect(
                dues.refunds == (isEarned ? [] : [.init(allocation: allocation(1), amount: Sun(100), reason: "late")])
            )
        }
    }
}

extension Obstacle {
    fileprivate var kind: String {
        switch self {
        case .energy: "energy"
        case .tokens: "tokens"
        case .bandwidth: "bandwidth"
        case .burning: "burning"
        case .price(let reason, _): reason.rawValue
        }
    }
}

/// Promises that are kept by burning TRX.
struct BurningTests {
    private func entry(_ number: Int64, need: Int64 = 100) -> WorkingSet.Entry {
        var subject = withdrawal(number)
        _ = subject.handle(.needed(Need(energy: Energy(need), bandwidth: Bandwidth(345))), now: moment(0))
        return WorkingSet.Entry(withdrawal: subject, allocationID: allocation(number), hasOpenPromise: false)
    }

    private func pay(_ set: inout WorkingSet, _ terms: PromiseTerms) {
        let dues = set.dues(terms)
        set.take(dues.charges.map { .paid($0.sheet) }, for: dues, terms: terms, now: moment(5))
    }

    @Test func aFallbackIsToldBeforeReadyAndKeepsNoEnergy() throws {
        var set = WorkingSet(entries: [entry(1), entry(2)], positions: [position(limit: 50)])
        let terms = promiseTerms(fee: 7)
        var purse = Purse()
        let served = set.reserveBurning(
            [key(1), key(2)],
            at: address(1),
            isFallback: true,
            terms: terms,
            purse: &purse
        )
        #expect(served == [key(1), key(2)])
        pay(&set, terms)
        let events = set.changes.notices.map(\.event)
        #expect(events.map(\.sequence) == [1, 2, 1, 2])
        let fallback = try #require(events[0] as? AllocationFallback)
        #expect(fallback.energy == Energy(100) && fallback.estimatedBurn > .zero)
        let ready = try #require(events[1] as? WithdrawalReady)
        #expect(ready.method == .burn && ready.energyAvailable == .zero && ready.source == "partner_fallback")
        #expect(ready.cost?.total == Sun(7), "the wallet burns its own TRX: the house takes its fee")
        #expect(set.changes.allocations[allocation(1)] == .fallback)
        let position = try #require(set.positions[address(1)])
        #expect(position.promisedEnergy == .zero && position.promisedCount == 2 && position.isBurning)
        #expect(position.free == .zero, "what stands there is the transfers' that burn")
    }

    @Test func whatIsNotThereInTRXIsNotBurnt() {
        var poor = position(limit: 0)
        poor.balance = Sun(100 * 100 + 345 * 1000)
        var set = WorkingSet(entries: [entry(1), entry(2)], positions: [poor])
        var purse = Purse()
        let served = set.reserveBurning(
            [key(1), key(2)],
            at: address(1),
            isFallback: false,
            terms: promiseTerms(),
            purse: &purse
        )
        #expect(served == [key(1)])
    }

    @Test func nobodyBurnsWhereEnergyIsPromised() {
        var set = WorkingSet(entries: [entry(1), entry(2)], positions: [position(limit: 100)])
        let terms = promiseTerms()
        var purse = Purse()
        _ = set.promise(to: [key(1)], at: address(1), terms: terms, purse: &purse)
        #expect(set.reserveBurning([key(2)], at: address(1), isFallback: true, terms: terms, purse: &purse).isEmpty)
    }

    @Test func whenTheTransferIsSeenNothingIsLeftPromised() throws {
        var set = WorkingSet(entries: [entry(1)], positions: [position(limit: 0)])
        let terms = promiseTerms()
        var purse = Purse()
        _ = set.reserveBurning([key(1)], at: address(1), isFallback: false, terms: terms, purse: &purse)
        pay(&set, terms)
        let txid = try #require(TransactionID(hex: String(repeating: "ab", count: 32)))
        set.handle(.transferSeen(txid, block: 9), for: key(1), now: moment(6))
        let position = try #require(set.positions[address(1)])
        #expect(position.promisedEnergy == .zero && position.promisedCount == 0 && !position.isBurning)
    }
}
