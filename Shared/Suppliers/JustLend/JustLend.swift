public import Models
internal import Tron

extension SupplierKind {
    /// JustLend DAO's Energy Rental. No secrets; option `market` (its contract, mainnet's by default).
    public static let justLend = SupplierKind(rawValue: "justlend")
}

/// JustLend DAO's Energy Rental: a contract that delegates for as long as a prepayment lasts. For block capacity over
/// hours or days; for a single transfer the calls cost more than they save.
///
/// There is one rental a renter and receiver: a second purchase enlarges and extends it. What is not used up comes back
/// when it is given back (``giveBack(_:)``), of an enlarged rental with the last part; a rental that runs down is
/// liquidated and loses the liquidator's fee, 20 TRX at least. The rate moves with demand, so that a rental may run down
/// earlier than its time. Nothing is asked but the chain: reports are made of what the contract reported.
/// Source: JustLend DAO's contract reference, 2026-08.
public struct JustLend: Supplier {
    /// The name under which it is registered.
    public let id: SupplierID
    private let market: TronAddress
    private let payer: ChainPayer
    private let clock: any WallClock

    /// An hour to thirty days, as its own site offers. How much there is, is asked each time.
    public let terms = SupplierTerms(
        minimumEnergy: Energy(1000),
        maximumEnergy: Energy(10_000_000_000),
        durations: .any(.seconds(3600) ... .seconds(2_592_000)),
        idempotentCreate: true,
        naturalKey: .pair,
        lookup: .byKey,
        lookupDelay: ChainPayer.deadAfter,
        activatesReceiver: false,
        refundPolicy: .unusedTime,
        paysOnChain: true,
        givesBack: true
    )

    static let mainnetMarket = "TU2MJ5Veik1LRAgjeSzEdvmDYx7mefJZvd"
    /// The rate moves with every rental.
    static let quoteValidity = Duration.seconds(60)
    private static let stakeNote = "stake_sun"

    /// - Throws: when chain or wallet are missing, or the market is no address.
    public init(_ settings: SupplierSettings, _ surroundings: SupplierSurroundings) throws(SupplierSettingsError) {
        try settings.refuseOptions(except: ["market"])
        id = settings.id
        market = try Self.market(settings)
        payer = try ChainPayer(settings.id, surroundings)
        clock = surroundings.clock
    }

    static func market(_ settings: SupplierSettings) throws(SupplierSettingsError) -> TronAddress {
        let market = settings.options["market"] ?? mainnetMarket
        do {
            return try TronAddress(base58: market)
        } catch {
            throw SupplierSettingsError("supplier \(settings.id): market is no TRON address: \(market)")
        }
    }

    /// The prepayment for the time, and what comes back of it when all energy is used up and given back at its end.
    ///
    /// A hundredth more than is asked now, so that ``prepare(_:)`` is not stopped by what rate and weight move from block
    /// to block; it pays what is asked then. What the call may cost on chain is among the fees.
    public func quote(_ demand: EnergyDemand) async throws(SupplierFault) -> SupplierQuote {
        let (offer, duration) = try await offer(demand)
        let margin = Sun(offer.prepay.rawValue / 100)
        guard let paid = offer.prepay.adding(margin), let back = offer.refundable.adding(margin) else {
            throw SupplierFault(.unavailable, .answered, "a price beyond all bounds")
        }
        try await payer.checkBalance(for: paid)
        let call = RentalCall.rent(receiver: demand.receiver, stake: offer.stake)
        let network = try Self.network(limit: await feeLimit(of: call, paying: paid))
        guard let total = paid.adding(network) else {
            throw SupplierFault(.unavailable, .answered, "a price beyond all bounds")
        }
        return SupplierQuote(
            energy: offer.energy,
            duration: duration,
            total: total,
            fees: network,
            refundable: back,
            available: offer.available,
            validUntil: clock.now() + Self.quoteValidity
        )
    }

    private func offer(_ demand: EnergyDemand) async throws(SupplierFault) -> (offer: RentalOffer, duration: Duration) {
        let energy = try terms.energy(for: demand)
        let duration = try terms.duration(for: demand)
        let found: RentalOffer?
        do throws(NodeError) {
            found = try await payer.node.rentalOffer(
                of: market,
                to: payer.address,
                for: demand.receiver,
                energy: energy,
                seconds: duration.components.seconds
            )
        } catch {
            throw SupplierFault(node: error)
        }
        guard let found else { throw SupplierFault(.refused, .answered, "the receiver is not activated") }
        guard !found.isPaused else { throw SupplierFault(.maintenance, .answered, "renting is paused") }
        guard found.energy <= found.available else {
            throw SupplierFault(.unavailable, .answered, "\(found.available) energy can be rented at present")
        }
        return (found, duration)
    }

    /// Tries the call on the chain's present state, and signs it.
    public func prepare(_ order: SupplierOrder) async throws(SupplierFault) -> PreparedPurchase {
        let (offer, duration) = try await offer(order.demand)
        // A second rental would enlarge the first, and neither could be told from the other.
        guard try await standing(for: order.demand.receiver) == nil else {
            throw SupplierFault(.unavailable, .answered, "something is rented for the receiver already")
        }
        let call = RentalCall.rent(receiver: order.demand.receiver, stake: offer.stake)
        let (payment, limit) = try await sign(call, order.key, paying: offer.prepay, atMost: order.maximumTotal)
        var purchase = PreparedPurchase(
            supplier: id,
            order: order,
            energy: offer.energy,
            duration: duration,
            total: offer.prepay + Self.network(limit: limit),
            payment: payment
        )
        purchase.notes[Self.stakeNote] = String(offer.stake.rawValue)
        return purchase
    }

    /// Sends the stored call and waits for its block.
    public func place(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport {
        try report(purchase, await payer.send(purchase.paid))
    }

    /// What the chain shows of the call.
    public func find(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport? {
        guard let receipt = try await payer.receipt(of: purchase.paid, clock.now()) else { return nil }
        return try report(purchase, receipt)
    }

    /// Paid on chain.
    public func balance() async throws(SupplierFault) -> Sun? { nil }

    /// Signs the return of what the purchase has rented, or of what is left of it.
    /// - Returns: `nil` when nothing is rented any more.
    public func giveBack(_ purchase: PreparedPurchase) async throws(SupplierFault) -> PreparedPurchase? {
        let receiver = purchase.order.demand.receiver
        guard purchase.kind == .purchase, let bought = purchase.notes[Self.stakeNote].flatMap({ Int64($0) }) else {
            throw SupplierFault(.invalidRequest, .notSent, "no rental to give back")
        }
        guard let standing = try await standing(for: receiver) else { return nil }
        let stake = min(Sun(bought), standing.stake)
        let (payment, limit) = try await sign(
            .giveBack(receiver: receiver, stake: stake),
            purchase.order.key,
            paying: .zero,
            atMost: Sun(Int64.max)
        )
        var back = purchase
        back.kind = .giveBack
        back.total = Self.network(limit: limit)
        back.reference = nil
        back.payment = payment
        return back
    }

    /// What the contract has delegated for the pair; zero when nothing is rented any more.
    public func standing(_ purchase: PreparedPurchase) async throws(SupplierFault) -> Sun? {
        try await standing(for: purchase.order.demand.receiver)?.stake ?? .zero
    }

    private func standing(for receiver: TronAddress) async throws(SupplierFault) -> RentalStanding? {
        do throws(NodeError) {
            return try await payer.node.rental(in: market, renter: payer.address, receiver: receiver)
        } catch {
            throw SupplierFault(node: error)
        }
    }

    /// What a call may burn at most: its energy, and its bytes when the wallet's bandwidth is used up.
    private static func network(limit: Sun) -> Sun { limit.adding(bytes) ?? limit }

    /// Four hundred bytes at a thousand sun, which is more than a call has.
    private static let bytes = Sun(400_000)

    private func feeLimit(of call: RentalCall, paying amount: Sun) async throws(SupplierFault) -> Sun {
        do throws(NodeError) {
            return try await payer.node.feeLimit(
                of: call,
                to: market,
                by: payer.address,
                paying: amount
            )
        } catch {
            guard error.code == .refused else { throw SupplierFault(node: error) }
            throw SupplierFault(.refused, .answered, "\(error)")
        }
    }

    /// Signs a call that would succeed now. Its fee limit leaves half as much again as it takes now.
    private func sign(
        _ call: RentalCall,
        _ key: OrderKey,
        paying amount: Sun,
        atMost maximum: Sun
    ) async throws(SupplierFault) -> (payment: PreparedPurchase.Payment, feeLimit: Sun) {
        func check(_ total: Sun?) throws(SupplierFault) {
            if let total, total <= maximum { return }
            throw SupplierFault(.priceChanged, .answered, "more than \(maximum) sun with the cost of the call")
        }
        try check(amount)
        try await payer.checkBalance(for: amount)
        let limit = try await feeLimit(of: call, paying: amount)
        try check(amount.adding(Self.network(limit: limit)))
        try await payer.checkBalance(for: amount.adding(limit) ?? amount)
        let builder = try await payer.builder(for: key)
        let body = builder.rent(call, from: market, by: payer.address, paying: amount, feeLimit: limit)
        do throws(SigningRefusal) {
            let signed = try payer.wallet.signer.sign(body)
            return (.init(signed, expires: builder.expiration, amount: amount), limit)
        } catch {
            throw SupplierFault(signing: error)
        }
    }

    /// What the call has paid and burnt. One that failed on chain has cost its fee alone, and nothing of that comes back.
    private func report(
        _ purchase: PreparedPurchase,
        _ receipt: TransactionReceipt
    ) throws(SupplierFault) -> OrderReport {
        let payment = try purchase.paid
        var report = OrderReport(
            state: .cancelled,
            reference: payment.transaction.hex,
            charged: receipt.fee,
            energy: purchase.energy
        )
        guard receipt.succeeded else { return report }
        let receiver = purchase.order.demand.receiver
        for event in receipt.rentalEvents(of: market) {
            switch event {
            case .rented(payer.address, receiver, _, let paid) where purchase.kind == .purchase:
                report.state = .delivered
                report.charged = paid.adding(receipt.fee) ?? paid
                report.delegations = [payment.transaction]
                report.expires = receipt.blockTime + purchase.duration
            case .givenBack(payer.address, receiver, _, let refund, _) where purchase.kind == .giveBack:
                report.state = .delivered
                report.charged = receipt.fee - refund.clamped
                report.delegations = [payment.transaction]
                report.expires = receipt.blockTime
            default: break
            }
        }
        guard report.state == .delivered else {
            throw SupplierFault(.badAnswer, .answered, "the call succeeded, and the market reported nothing of it")
        }
        return report
    }
}
