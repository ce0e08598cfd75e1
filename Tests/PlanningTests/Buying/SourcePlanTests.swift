import Models
import Planning
import Testing

func want(_ number: Int64, _ missing: Int64, urgency: Int16 = 0, maximum: Int64? = nil) -> EnergyWant {
    EnergyWant(key: key(number), missing: Energy(missing), urgency: urgency, maximumCost: maximum.map { Sun($0) })
}

func offer(
    _ name: String,
    rank: Int32,
    price: Int64 = 40,
    minimum: Int64 = 65_000,
    maximum: Int64 = 5_000_000,
    step: Int64 = 1,
    durations: [Int64] = [3600]
) -> SupplierOffer {
    SupplierOffer(
        supplier: supplier(name),
        rank: rank,
        minimum: Energy(minimum),
        maximum: Energy(maximum),
        step: Energy(step),
        prices: durations.map {
            RentalPrice(duration: .seconds($0), price: SunPerEnergy(rawValue: price * 1_000_000))
        },
        failurePerMille: 0
    )
}

func situation(expiring: Timestamp? = nil, burnable: Int64 = 100_000_000, isPaused: Bool = false) -> BuyingSituation {
    BuyingSituation(
        isPaused: isPaused,
        expiringUntil: expiring,
        burnPrice: SunPerEnergy(rawValue: 100_000_000),
        bandwidthPrice: Sun(1000),
        burnable: Sun(burnable),
        sendWindow: .seconds(120),
        grace: .seconds(60),
        now: moment(0)
    )
}

struct SourcePlanTests {
    private let tronzap = offer("tronzap", rank: 1, price: 40)
    private let tronnrg = offer("tronnrg", rank: 2, price: 30, durations: [900])

    private func plan(
        _ wants: [EnergyWant],
        own: OwnStakeOffer? = nil,
        _ suppliers: [SupplierOffer],
        _ situation: BuyingSituation = situation(),
        _ policy: SourcePolicy = SourcePolicy()
    ) -> SourcePlan {
        planSources(for: wants, own: own, suppliers: suppliers, in: situation, policy: policy)
    }

    private func own(_ usable: Int64, of total: Int64 = 1_000_000) -> OwnStakeOffer {
        OwnStakeOffer(usable: Energy(usable), total: Energy(total))
    }

    @Test func ownStakeComesFirstThenTheFirstSupplierBuysABlock() {
        let wants = (1...4).map { want(Int64($0), 65_000) }
        let plan = plan(wants, own: own(270_000), [tronnrg, tronzap])
        #expect(plan.steps.map(\.source) == [.ownStake, .supplier(supplier("tronzap"))])
        #expect(plan.steps.map(\.serves.count) == [1, 3])
        #expect(plan.steps.last?.energy == Energy(195_000))
        #expect(plan.steps.last?.cost.paid == Sun(7_800_000))
        #expect(plan.unserved.isEmpty)
    }

    @Test func byCostTheCheaperSupplierIsAsked() {
        let plan = plan([want(1, 65_000)], [tronzap, tronnrg], situation(), SourcePolicy(order: .cheapest))
        #expect(plan.steps.map(\.source) == [.supplier(supplier("tronnrg"))])
    }

    @Test func failuresAreWeighedAgainstThePrice() {
        var unreliable = tronnrg
        unreliable.failurePerMille = 300
        let plan = plan([want(1, 65_000)], [tronzap, unreliable], situation(), SourcePolicy(order: .cheapest))
        #expect(plan.steps.map(\.source) == [.supplier(supplier("tronzap"))])
    }

    @Test func aTriedSupplierIsPassedOverAndWithoutOneThePartnerMayBurn() {
        var tried = tronzap
        tried.isOpen = false
        #expect(plan([want(1, 65_000)], [tried, tronnrg]).steps.map(\.source) == [.supplier(supplier("tronnrg"))])
        let short = plan([want(1, 65_000)], [tried])
        #expect(short.steps.isEmpty && short.unserved.map(\.reason) == [.noSource])
        let fallback = plan([want(1, 65_000)], [tried], situation(), SourcePolicy(partnerFallback: true))
        #expect(fallback.steps.map(\.source) == [.partnerFallback])
        #expect(fallback.steps.first?.cost.paid == Sun(6_500_000))
    }

    @Test func theReserveIsForUrgentOnes() {
        let normal = plan([want(1, 65_000)], own: own(250_000), [])
        #expect(normal.unserved.map(\.reason) == [.noSource])
        let urgent = plan([want(1, 65_000, urgency: 2)], own: own(250_000), [], situation())
        #expect(urgent.steps.isEmpty == false)
        let most = plan([want(1, 65_000)], own: own(265_000), [])
        #expect(most.steps.map(\.source) == [.ownStake])
    }

    @Test func aSmallRemainderIsBurntWhereThatIsCheaper() {
        // A pack costs 2.6 TRX; 20,000 energy burn for 2.
        let small = plan([want(1, 20_000)], [tronzap])
        #expect(small.steps.map(\.source) == [.burn])
        #expect(small.steps.first?.cost.paid == Sun(2_000_000))
        #expect(plan([want(1, 30_000)], [tronzap]).steps.map(\.source) == [.supplier(supplier("tronzap"))])
        #expect(plan([want(1, 20_000)], [tronzap], situation(burnable: 1)).unserved.map(\.reason) == [.priceCap])
        #expect(plan([want(1, 20_000)], []).unserved.map(\.reason) == [.noSource])
        let never = plan([want(1, 20_000)], [tronzap], situation(), SourcePolicy(burnsRemainder: false))
        #expect(never.unserved.map(\.reason) == [.priceCap])
    }

    @Test func noPurchaseCostsMoreThanBurningUnlessAllowed() {
        let dear = offer("dear", rank: 1, price: 120)
        let policy = SourcePolicy(burnsRemainder: false)
        #expect(plan([want(1, 65_000)], [dear], situation(), policy).unserved.map(\.reason) == [.priceCap])
        var allowed = policy
        allowed.mayExceedBurning = true
        #expect(plan([want(1, 65_000)], [dear], situation(), allowed).steps.count == 1)
        allowed.maximumPrice = SunPerEnergy(rawValue: 119_000_000)
        #expect(plan([want(1, 65_000)], [dear], situation(), allowed).unserved.map(\.reason) == [.priceCap])
    }

    @Test func aRentalOutlivesThePromisesMadeOfIt() {
        let lengths = offer("lengths", rank: 1, durations: [60, 150, 600, 3600])
        #expect(plan([want(1, 65_000)], [lengths]).steps.first?.duration == .seconds(3600))
        var priced = lengths
        priced.prices[3].price = SunPerEnergy(rawValue: 50_000_000)
        #expect(plan([want(1, 65_000)], [priced]).steps.first?.duration == .seconds(600))
        let short = offer("short", rank: 1, durations: [60, 150])
        #expect(plan([want(1, 65_000)], [short]).unserved.map(\.reason) == [.noSource])
    }

    @Test func aPolicyCanForbidRentalsBesideOneAnother() {
        let beside = situation(expiring: moment(900))
        let strict = SourcePolicy(mayOverlap: false)
        #expect(plan([want(1, 65_000)], [tronzap], beside, strict).unserved.map(\.reason) == [.expiringSource])
        #expect(
            plan([want(1, 65_000)], own: own(900_000), [tronzap], beside, strict).steps.map(\.source) == [.ownStake]
        )
        #expect(plan([want(1, 65_000)], [tronzap], situation(expiring: moment(-5)), strict).steps.count == 1)
        #expect(plan([want(1, 65_000)], [tronzap], beside).steps.count == 1)
    }

    @Test func aPausedPartnerGetsNothing() {
        let paused = plan([want(1, 65_000)], own: own(900_000), [tronzap], situation(isPaused: true))
        #expect(paused.steps.isEmpty && paused.unserved.map(\.reason) == [.paused])
    }

    @Test func whoAllowsTooLittleDoesNotHoldUpTheOthers() {
        let wants = [want(1, 65_000, maximum: 1000), want(2, 65_000), want(3, 65_000, maximum: 2_600_000)]
        let plan = plan(wants, [tronzap])
        #expect(plan.steps.flatMap(\.serves) == [key(2), key(3)])
        #expect(plan.unserved.map(\.reason) == [.maximumCost])
    }

    @Test func aBlockHasALimitAndTheRestWaits() {
        let plan = plan((1...4).map { want(Int64($0), 65_000) }, [tronzap], situation(), SourcePolicy(blockLimit: 3))
        #expect(plan.steps.map(\.serves.count) == [3])
        #expect(plan.unserved.map(\.reason) == [.blockLimit])
    }

    @Test func whoMayBeAskedFollowsFromRegistryBreakerAndWhatWasTried() {
        var random = Generator(seed: 3)
        var registered = RegisteredSupplier(id: supplier("s1"), kind: "tronzap", rank: 1, state: .active)
        var breaker = CircuitBreaker()
        func isOpen(_ tried: Set<SupplierID> = [], at second: Int64 = 0) -> Bool {
            registered.isOpen(for: tried, breaker: breaker, now: moment(second))
        }
        #expect(isOpen() && !isOpen([supplier("s1")]))
        registered.state = .disabled
        #expect(!isOpen())
        registered.state = .maintenance
        #expect(!isOpen())
        registered.maintenanceUntil = moment(60)
        #expect(!isOpen(at: 59) && isOpen(at: 60))
        registered.state = .active
        breaker.failed(SupplierFault(.maintenance, .answered, ""), now: moment(0), using: &random)
        #expect(!isOpen(at: 1))
    }

    @Test func poolsOfferWhatTheLargestCanDelegate() throws {
        let pool = PoolPosition(
            id: "a",
            address: address(5),
            block: 1,
            delegatable: Sun(1_008_000_000),
            totalEnergy: 180_000_000_000,
            totalWeight: 18_000_000_000
        )
        var other = pool
        other.id = "b"
        other.delegatable = Sun(100_000_000)
        let offer = try #require(
            OwnStakeOffer(
                pools: [other, pool],
                stakes: ["a": Sun(2_000_000_000)],
                policy: DelegationPolicy(),
                price: SunPerEnergy(rawValue: 0),
                bandwidth: .zero
            )
        )
        #expect(offer.usable == Energy(10_000))
        #expect(offer.total == Energy(21_000))
        #expect(
            OwnStakeOffer(
                pools: [],
                stakes: [:],
                policy: DelegationPolicy(),
                price: SunPerEnergy(rawValue: 0),
                bandwidth: .zero
            ) == nil
        )
    }
}
