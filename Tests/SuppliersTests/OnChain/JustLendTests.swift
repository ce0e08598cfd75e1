internal import ChainModel
internal import LocalStack
internal import Models
internal import Suppliers
internal import Testing
internal import Tron

extension SandboxedSupplier {
    /// Its sandbox is the chain itself.
    static let justLend = SandboxedSupplier(name: "justlend", kind: .justLend)
}

/// JustLend's adapter against the rental market of a running devnet.
@Suite(.serialized) struct JustLendTests {
    private static let market = "TU2MJ5Veik1LRAgjeSzEdvmDYx7mefJZvd"

    private func run(_ body: (JustLendWorld) async throws -> Void) async throws {
        try await DevnetUnderTest.with { devnet in
            let key = try await devnet.wallet(trx: 10_000)
            let market = try TronAddress(base58: Self.market)
            let rules = SigningRules.purchasing(
                from: key.address,
                payees: [],
                markets: [market: Sun(100_000_000_000)],
                for: .any,
                maximumAmount: Sun(2_000_000_000),
                maximumFeeLimit: Sun(10_000_000)
            )
            let wallet = PurchasingWallet(key: key, rules: rules)
            let transport = HTTPTransport()
            do {
                let supplier = try SandboxDriver.make(.justLend, devnet, transport, wallet)
                let receiver = try await devnet.wallet(trx: 1).address
                try await body(
                    JustLendWorld(
                        devnet: devnet,
                        supplier: supplier,
                        wallet: wallet,
                        market: market,
                        receiver: receiver
                    )
                )
            } catch {
                await transport.shutdown()
                throw error
            }
            await transport.shutdown()
        }
    }

    @Test func rentsAndGivesBack() async throws {
        try await run { world in
            let before = try await world.balance
            let quote = try await world.supplier.quote(world.demand())
            #expect(quote.energy >= Energy(700_000) && quote.energy < Energy(707_100))
            #expect(quote.total > Sun(20_000_000) && quote.refundable > Sun(20_000_000))
            #expect(try #require(quote.available) > Energy(900_000_000))
            let purchase = try stored(try await world.prepared())
            #expect(purchase.total < quote.total, "the margin is not paid")
            #expect(try await world.supplier.find(purchase) == nil)
            let report = try await world.supplier.place(purchase)
            let prepaid = try #require(purchase.payment).amount
            let charged = try #require(report.charged)
            #expect(report.state == .delivered && charged > prepaid && charged <= purchase.total)
            #expect(before - (try await world.balance) == charged, "the cost of the call included")
            #expect(report.delegations == [try #require(purchase.payment).transaction])
            #expect(try await world.devnet.energy(of: world.receiver) >= Energy(700_000))
            #expect(try await world.supplier.find(purchase) == report)
            #expect(try await world.supplier.place(purchase) == report)
            let standing = try #require(try await world.standing)
            #expect(standing.deposit <= prepaid)

            let back = try stored(try #require(try await world.supplier.giveBack(purchase)))
            #expect(back.kind == .giveBack && back.payment?.amount == .zero)
            let returned = try await world.supplier.place(back)
            #expect(returned.state == .delivered)
            let refund = try #require(returned.charged)
            #expect(refund < .zero && .zero - refund <= prepaid)
            // Seconds of rent, and nothing was used; and the cost of the call.
            #expect(.zero - refund > prepaid - back.total - Sun(100_000))
            #expect(before - (try await world.balance) == charged + refund)
            #expect(try await world.supplier.place(back) == returned)
            #expect(try await world.devnet.energy(of: world.receiver) == .zero)
            #expect(try await world.standing == nil)
            #expect(try await world.supplier.giveBack(purchase) == nil)
            // Two calls burn energy, at a hundred sun each, and the second one's bytes.
            let spent = before - (try await world.balance)
            #expect(spent < Sun(2_500_000), "\(spent)")
        }
    }

    @Test func aCrashAfterSendingIsMended() async throws {
        try await run { world in
            let purchase = try await world.prepared()
            try await send(purchase, to: world.devnet.node)
            try await world.devnet.mine(1)
            let report = try #require(try await world.supplier.find(try stored(purchase)))
            #expect(report.state == .delivered)
            #expect(try await world.supplier.place(purchase) == report)
            #expect(try #require(try await world.standing).stake == world.stake(of: purchase))
        }
    }

    @Test func aLostAnswerOfTheNodeIsNoLostRental() async throws {
        try await run { world in
            let purchase = try await world.prepared()
            try await world.devnet.post("faults", #"{"path":"/wallet/broadcasthex","drop_answer":true,"count":1}"#)
            #expect(try await world.supplier.place(purchase).state == .delivered)
            #expect(try #require(try await world.standing).stake == world.stake(of: purchase))
        }
    }

    @Test func whatNoNodeTakesMayStillHaveBeenSent() async throws {
        try await run { world in
            let purchase = try await world.prepared()
            try await world.devnet.post("faults", #"{"server_busy":true,"for_ms":60000}"#)
            let busy = try await fault { () async throws(SupplierFault) in try await world.supplier.place(purchase) }
            #expect(busy.stage == .sent && busy.code == .noAnswer, "\(busy)")
            #expect(try await world.supplier.find(purchase) == nil)
            try await world.devnet.post("faults", #"{"clear":true}"#)
            #expect(try await world.supplier.place(purchase).state == .delivered)
        }
    }

    @Test func withoutANodeNothingIsPrepared() async throws {
        try await run { world in
            let purchase = try await world.prepared()
            let gone = TronClient([NodeEndpoint(url: "http://127.0.0.1:\(try FreePort.find())")])
            let settings = SupplierSettings(id: world.supplier.id, kind: .justLend)
            let surroundings = SupplierSurroundings(
                transport: ScriptedTransport(),
                clock: world.devnet.clock,
                node: gone,
                wallet: world.wallet
            )
            let supplier = try SupplierRegistry.all.make(settings, surroundings)
            let demand = world.demand()
            var faults: [SupplierFault] = []
            do throws(SupplierFault) { _ = try await supplier.quote(demand) } catch { faults.append(error) }
            do throws(SupplierFault) { _ = try await supplier.place(purchase) } catch { faults.append(error) }
            await gone.shutdown()
            try #require(faults.count == 2)
            #expect(faults[0].stage == .notSent && faults[0].code == .notConnected, "\(faults)")
            #expect(faults[1].stage == .sent, "an earlier call may have sent it: \(faults)")
        }
    }

    @Test func aCallThatWasNeverSentBuysNothing() async throws {
        try await run { world in
            let purchase = try await world.prepared()
            try await world.devnet.letPaymentsExpire()
            #expect(try await world.supplier.find(purchase) == nil)
            let fault = try await fault { () async throws(SupplierFault) in try await world.supplier.place(purchase) }
            #expect(fault.code == .refused && fault.stage == .answered, "\(fault)")
            #expect(try await world.standing == nil)
        }
    }

    @Test func aRentalLostInAReorganisationIsSentAgainAsItIs() async throws {
        try await run { world in
            let purchase = try await world.prepared()
            try await world.devnet.post("faults", #"{"stuck":true}"#)
            try await send(purchase, to: world.devnet.node)
            try await world.devnet.mine(1)
            #expect(try await world.supplier.find(purchase)?.state == .delivered)
            try await world.devnet.post("reorg", #"{"depth":1,"keep_transactions":false}"#)
            #expect(try await world.supplier.find(purchase) == nil)
            #expect(try await world.standing == nil)
            try await world.devnet.post("faults", #"{"clear":true}"#)
            #expect(try await world.supplier.place(purchase).state == .delivered)
            #expect(try #require(try await world.standing).stake == world.stake(of: purchase))
        }
    }

    @Test func aCallThatRevertsOnChainHasCostItsFeeAlone() async throws {
        try await run { world in
            let purchase = try await world.prepared()
            let before = try await world.balance
            try await world.devnet.post("rentals", #"{"paused":true}"#)
            let report = try await world.supplier.place(purchase)
            #expect(report.state == .cancelled)
            #expect(before - (try await world.balance) == report.charged)
            #expect(try #require(report.charged) < Sun(1_000_000))
            let demand = world.demand()
            let fault = try await fault { () async throws(SupplierFault) in try await world.supplier.quote(demand) }
            #expect(fault.code == .maintenance && fault.stage == .answered, "\(fault)")
        }
    }

    @Test func refusalsBeforeAnythingIsSent() async throws {
        try await run { world in
            let supplier = world.supplier
            var large = world.demand()
            large.energy = Energy(1_000_000_000)
            let tooMuch = large
            let unavailable = try await fault { () async throws(SupplierFault) in try await supplier.quote(tooMuch) }
            #expect(unavailable.code == .unavailable, "\(unavailable)")
            var nobody = world.demand()
            nobody.receiver = PrivateKey.random().address
            let missing = nobody
            let refused = try await fault { () async throws(SupplierFault) in try await supplier.quote(missing) }
            #expect(refused.code == .refused && refused.stage == .answered, "\(refused)")
            let quote = try await supplier.quote(world.demand())
            try await world.devnet.post("rentals", #"{"base_rate":9000000000}"#)
            let key = try #require(OrderKey("key-1"))
            let order = SupplierOrder(key: key, demand: world.demand(), maximumTotal: quote.total)
            let changed = try await fault { () async throws(SupplierFault) in try await supplier.prepare(order) }
            #expect(changed.code == .priceChanged, "\(changed)")
            var dear = world.demand()
            dear.duration = .seconds(2_592_000)
            dear.energy = Energy(500_000_000)
            let unaffordable = SupplierOrder(key: key, demand: dear, maximumTotal: Sun(10_000_000_000_000))
            let poor = try await fault { () async throws(SupplierFault) in try await supplier.prepare(unaffordable) }
            #expect(poor.code == .insufficientBalance && poor.stage == .notSent, "\(poor)")
        }
    }

    @Test func aSecondPurchaseEnlargesTheRental() async throws {
        try await run { world in
            let first = try await world.prepared(key: "key-1")
            let second = try await world.prepared(key: "key-2")
            #expect(try await world.supplier.place(first).state == .delivered)
            do {
                _ = try await world.prepared(key: "key-3")
                Issue.record("a second rental of the pair was prepared")
            } catch let fault as SupplierFault {
                #expect(fault.code == .unavailable && fault.stage == .answered, "\(fault)")
            }
            #expect(try await world.supplier.place(second).state == .delivered)
            #expect(try #require(try await world.standing).stake == world.stake(of: first) + world.stake(of: second))
            let part = try #require(try await world.supplier.giveBack(first))
            let early = try #require(try await world.supplier.place(part).charged)
            #expect(early >= .zero && early <= part.total, "the deposit comes with the last part")
            let rest = try #require(try await world.supplier.giveBack(second))
            let refund = try #require(try await world.supplier.place(rest).charged)
            let paid = try #require(first.payment).amount + (try #require(second.payment).amount)
            #expect(.zero - refund > paid - rest.total - Sun(200_000))
        }
    }

    @Test func aRentalThatRunsDownIsGone() async throws {
        try await run { world in
            let purchase = try await world.prepared()
            #expect(try await world.supplier.place(purchase).state == .delivered)
            try await world.devnet.advance(.seconds(3000))
            #expect(try await world.standing != nil)
            try await world.devnet.advance(.seconds(700))
            try await world.devnet.waitForNoEnergy(of: world.receiver)
            #expect(try await world.standing == nil)
            #expect(try await world.supplier.giveBack(purchase) == nil)
            // That it was delivered remains true.
            #expect(try await world.supplier.find(purchase)?.state == .delivered)
        }
    }
}

private struct JustLendWorld: Sendable {
    let devnet: DevnetUnderTest
    let supplier: any Supplier
    let wallet: PurchasingWallet
    let market: TronAddress
    let receiver: TronAddress

    var balance: Sun { get async throws { try await devnet.trx(of: wallet.address) } }

    var standing: RentalStanding? {
        get async throws { try await devnet.node.rental(in: market, renter: wallet.address, receiver: receiver) }
    }

    func demand() -> EnergyDemand {
        EnergyDemand(receiver: receiver, energy: Energy(700_000), duration: .seconds(3600))
    }

    func prepared(key: String = "key-1") async throws -> PreparedPurchase {
        guard let key = OrderKey(key) else { throw TestFailure("no key") }
        let quote = try await supplier.quote(demand())
        let order = SupplierOrder(key: key, demand: demand(), maximumTotal: quote.total)
        return try await supplier.prepare(order)
    }

    func stake(of purchase: PreparedPurchase) -> Sun {
        guard let bytes = purchase.payment?.bytes, let transaction = try? SignedTransaction(bytes: bytes),
            case .triggerSmartContract(let call)? = (try? transaction.body())?.contract,
            case .rent(_, let stake)? = RentalCall(data: call.data)
        else { return .zero }
        return stake
    }
}
