internal import Crypto
public import Models

extension SupplierKind {
    /// TronZap's account API. Secrets `token` and `secret`; no options.
    public static let tronZap = SupplierKind(rawValue: "tronzap")
}

/// TronZap's account API: a prepaid balance, one-hour rentals, no idempotency.
///
/// Every call is a POST of JSON, signed with `X-Signature: hex(SHA-256(body + secret))`. Errors come with status 200 and
/// a code. `external_id` is only a name to look an order up by: two orders may have the same. So ``place(_:)`` always
/// looks first. Source: docs.tronzap.com and the vendor's SDK 1.6.0 (2026-08).
public struct TronZap: Supplier {
    /// The name under which it is registered.
    public let id: SupplierID
    private let base: String
    private let token: SupplierSecret
    private let secret: SupplierSecret
    private let transport: any SupplierTransport
    private let clock: any WallClock

    /// Fixed limits of the service (`/v1/services`); one hour is the only duration it accepts.
    public let terms = SupplierTerms(
        minimumEnergy: Energy(32_000),
        maximumEnergy: Energy(5_000_000),
        durations: .fixed([.seconds(3600)]),
        idempotentCreate: false,
        naturalKey: .orderKey,
        lookup: .byKey,
        lookupDelay: .seconds(30),
        activatesReceiver: true,
        refundPolicy: .none
    )

    /// How long a quote may be relied on; the service does not say.
    static let quoteValidity = Duration.seconds(60)

    /// - Throws: when a secret is missing or the address is none.
    public init(_ settings: SupplierSettings, _ surroundings: SupplierSurroundings) throws(SupplierSettingsError) {
        try settings.refuseOptions(except: [])
        id = settings.id
        base = try settings.base(orElse: "https://api.tronzap.com")
        token = try settings.secret("token")
        secret = try settings.secret("secret")
        transport = surroundings.transport
        clock = surroundings.clock
    }

    /// `POST /v1/calculate`.
    public func quote(_ demand: EnergyDemand) async throws(SupplierFault) -> SupplierQuote {
        let energy = try terms.energy(for: demand)
        let duration = try terms.duration(for: demand)
        let question = Calculation(
            address: demand.receiver.base58,
            amount: energy.rawValue,
            duration: duration.components.seconds / 3600
        )
        let answer = try await call("/v1/calculate", question, Calculation.Answer.self, purpose: "quote")
        let activation = answer.activation_fee?.sun ?? .zero
        guard activation == .zero || demand.activation else {
            throw SupplierFault(.refused, .answered, "the receiver is not activated")
        }
        guard let total = answer.total?.sun ?? answer.price.sun.adding(activation) else {
            throw SupplierFault(.badAnswer, .answered, "the price is too large")
        }
        guard total > .zero else { throw SupplierFault(.badAnswer, .answered, "no price above zero") }
        guard answer.amount.map({ $0.value == energy.rawValue }) ?? true else {
            throw SupplierFault(.badAnswer, .answered, "another amount of energy was priced")
        }
        return SupplierQuote(
            energy: energy,
            duration: duration,
            total: total,
            fees: activation,
            validUntil: clock.now() + Self.quoteValidity
        )
    }

    /// Prices the order again; there is nothing to sign beforehand.
    public func prepare(_ order: SupplierOrder) async throws(SupplierFault) -> PreparedPurchase {
        try PreparedPurchase(id, order, quoted: await quote(order.demand))
    }

    /// `POST /v1/transaction/check`, and when that finds nothing `POST /v1/transaction/new`.
    public func place(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport {
        if let known = try await find(purchase) { return known }
        let demand = purchase.order.demand
        let order = NewOrder(
            external_id: purchase.order.key.rawValue,
            params: .init(
                address: demand.receiver.base58,
                amounts: .init(energy: purchase.energy.rawValue),
                duration: purchase.duration.components.seconds / 3600,
                activate_address: demand.activation ? true : nil
            )
        )
        return try await call("/v1/transaction/new", order, Transaction.self, purpose: "place").report
    }

    /// `POST /v1/transaction/check` with our key.
    public func find(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport? {
        let question = ["external_id": purchase.order.key.rawValue]
        do throws(SupplierFault) {
            return try await call("/v1/transaction/check", question, Transaction.self, purpose: "find").report
        } catch {
            guard error.code == .notFound, error.stage == .answered else { throw error }
            return nil
        }
    }

    /// `POST /v1/balance`.
    public func balance() async throws(SupplierFault) -> Sun? {
        try await call("/v1/balance", [String: String](), Balance.self, purpose: "balance").balance.sun
    }

    /// Lower-case hexadecimal SHA-256 of the body followed by the secret: a plain hash, not an HMAC.
    static func signature(of body: [UInt8], secret: String) -> String {
        SHA256.hash(data: body + Array(secret.utf8)).hex
    }

    private func call<Result: Decodable>(
        _ path: String,
        _ question: some Encodable,
        _ type: Result.Type,
        purpose: String
    ) async throws(SupplierFault) -> Result {
        let body = try JSONAnswer.bytes(question)
        let request = HTTPCall(
            .post,
            base + path,
            headers: [
                ("authorization", "Bearer \(token.value)"),
                ("x-signature", Self.signature(of: body, secret: secret.value)),
                ("content-type", "application/json"),
            ],
            body: body,
            purpose: purpose
        )
        return try Envelope.result(of: try await transport.answer(to: request), type, hiding: [token, secret])
    }
}

extension SHA256Digest {
    fileprivate var hex: String { Array(self).hex }
}
