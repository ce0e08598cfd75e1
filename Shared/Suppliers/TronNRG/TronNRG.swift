public import Models
internal import Tron

extension SupplierKind {
    /// TronNRG's API. No secrets; options `pay_to` (the address that may be paid, its published one by default).
    public static let tronNRG = SupplierKind(rawValue: "tronnrg")
}

/// TronNRG: TRX are sent first, and the energy is then claimed with a message that the paying wallet has signed. No
/// account, no keys; the energy stays for 15 minutes.
///
/// The payment's id is what makes a purchase one: it can be claimed once. ``prepare(_:)`` signs payment and claim, so that
/// a process that dies between the two goes on with what was stored. ``find(_:)`` claims a payment that is on chain,
/// because that is the only way to ask; it answers `nil` while there is no payment, which is no proof that there never will
/// be one: only the chain says that. `hash_already_used` means that the claim has been taken before: the chain must show it.
/// Source: support.tronnrg.com, API reference and error codes (2026-10).
public struct TronNRG: Supplier {
    /// The name under which it is registered.
    public let id: SupplierID
    private let base: String
    private let payee: TronAddress
    private let payer: ChainPayer
    private let transport: any SupplierTransport
    private let clock: any WallClock

    /// Published limits: 4 to 1,000 TRX at 16,250 energy each, 15 minutes.
    public let terms = SupplierTerms(
        minimumEnergy: Energy(65_000),
        maximumEnergy: Energy(16_250_000),
        durations: .fixed([.seconds(900)]),
        idempotentCreate: true,
        naturalKey: .payment,
        lookup: .byKey,
        lookupDelay: ChainPayer.deadAfter,
        activatesReceiver: false,
        refundPolicy: .failedOrders,
        paysOnChain: true
    )

    static let publishedPayee = "TFqUiCu1JwLHHnBNeaaVKH7Csm4aA3YhZx"
    /// How long a quote may be relied on; the service does not say.
    static let quoteValidity = Duration.seconds(60)
    private static let claimNote = "claim"

    /// - Throws: when chain or wallet are missing, or an address is none.
    public init(_ settings: SupplierSettings, _ surroundings: SupplierSurroundings) throws(SupplierSettingsError) {
        try settings.refuseOptions(except: ["pay_to"])
        id = settings.id
        base = try settings.base(orElse: "https://api.tronnrg.com")
        payee = try Self.payee(settings)
        payer = try ChainPayer(settings.id, surroundings)
        transport = surroundings.transport
        clock = surroundings.clock
    }

    static func payee(_ settings: SupplierSettings) throws(SupplierSettingsError) -> TronAddress {
        let payee = settings.options["pay_to"] ?? publishedPayee
        do {
            return try TronAddress(base58: payee)
        } catch {
            throw SupplierSettingsError("supplier \(settings.id): pay_to is no TRON address: \(payee)")
        }
    }

    /// `GET /supply`.
    public func quote(_ demand: EnergyDemand) async throws(SupplierFault) -> SupplierQuote {
        let energy = try terms.energy(for: demand)
        let duration = try terms.duration(for: demand)
        let supply = try await supply()
        guard let total = supply.price(of: energy) else {
            throw SupplierFault(.unavailable, .answered, "\(energy) energy is not within its limits")
        }
        let available = supply.available_energy.map { Energy(max(0, $0)) }
        if let available, available < energy {
            throw SupplierFault(.unavailable, .answered, "\(available) energy is on sale at present")
        }
        return SupplierQuote(
            energy: energy,
            duration: duration,
            total: total,
            available: available,
            validUntil: clock.now() + Self.quoteValidity
        )
    }

    /// Signs the payment and the claim.
    public func prepare(_ order: SupplierOrder) async throws(SupplierFault) -> PreparedPurchase {
        let receiver = order.demand.receiver
        var purchase = try PreparedPurchase(id, order, quoted: await quote(order.demand))
        try await payer.checkExists(receiver)
        try await payer.checkBalance(for: purchase.total)
        let builder = try await payer.builder(for: order.key)
        let body = builder.transfer(purchase.total, from: payer.address, to: payee)
        do throws(SigningRefusal) {
            let transaction = try payer.wallet.signer.sign(body)
            purchase.payment = .init(transaction, expires: builder.expiration, amount: purchase.total)
            purchase.notes[Self.claimNote] = try payer.wallet.signer.signClaim(of: transaction.id, for: receiver)
        } catch {
            throw SupplierFault(signing: error)
        }
        return purchase
    }

    /// Pays with the stored transaction, waits for its block, and claims.
    public func place(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport {
        _ = try await payer.send(purchase.paid)
        return try await claim(purchase)
    }

    /// Claims what has been paid.
    public func find(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport? {
        guard try await payer.receipt(of: purchase.paid, clock.now()) != nil else { return nil }
        return try await claim(purchase)
    }

    /// Paid on chain.
    public func balance() async throws(SupplierFault) -> Sun? { nil }

    private func supply() async throws(SupplierFault) -> Supply {
        let answer = try await transport.answer(to: HTTPCall(.get, base + "/supply", purpose: "quote"))
        if let fault = answer.fault { throw fault }
        let supply = try JSONAnswer.read(Supply.self, from: answer.body)
        // Whoever can change this answer must not be able to redirect the money.
        guard supply.pay_to == payee.base58 else {
            throw SupplierFault(.refused, .answered, "it wants to be paid at an address that is not the configured one")
        }
        return supply
    }

    /// `POST /delegate`. The payment has left: no fault of it may say that nothing was sent.
    private func claim(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport {
        let payment = try purchase.paid
        guard let signature = purchase.notes[Self.claimNote] else {
            throw SupplierFault(.invalidRequest, .sent, "a payment without a claim")
        }
        let claim = Claim(
            tx_hash: payment.transaction.hex,
            delegate_to: purchase.order.demand.receiver.base58,
            signature: signature
        )
        let call = HTTPCall(
            .post,
            base + "/delegate",
            headers: [("content-type", "application/json")],
            body: try JSONAnswer.bytes(claim),
            purpose: "place"
        )
        do throws(SupplierFault) {
            let answer = try await transport.answer(to: call)
            if (200..<300).contains(answer.status) {
                return try Delegated(answer.body, payment: payment.transaction).report(purchase, clock.now())
            }
            return try Refusal(answer).report(purchase)
        } catch {
            throw error.afterPayment
        }
    }
}
