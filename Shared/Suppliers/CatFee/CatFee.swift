internal import Crypto
internal import FoundationEssentials
public import Models

extension SupplierKind {
    /// CatFee's API. Secrets `key` and `secret`; option `sign_query` (`true` by default).
    public static let catFee = SupplierKind(rawValue: "catfee")
}

/// CatFee: a prepaid balance, one-hour rentals, orders that are idempotent by `client_order_id`.
///
/// Calls carry `CF-ACCESS-SIGN: base64(HMAC-SHA256(secret, timestamp + METHOD + requestPath))`. Two of its pages disagree
/// on whether the query is signed; the overview and every published client sign it. An order is looked up by the
/// supplier's id alone, so one whose answer was lost is asked for by placing it again. An order counts as delivered when
/// `confirm_status` is `DELEGATION_CONFIRMED`: about one in a thousand of `DELEGATE_SUCCESS` never reach the chain.
/// Source: docs.catfee.io (2026).
public struct CatFee: Supplier {
    /// The name under which it is registered.
    public let id: SupplierID
    private let base: String
    private let key: SupplierSecret
    private let secret: SupplierSecret
    private let signsQuery: Bool
    private let transport: any SupplierTransport
    private let clock: any WallClock

    /// Published limits. Activation has no published price before the order, and so is not bought here.
    public let terms = SupplierTerms(
        minimumEnergy: Energy(65_000),
        maximumEnergy: Energy(2_000_000),
        durations: .fixed([.seconds(3600)]),
        idempotentCreate: true,
        naturalKey: .orderKey,
        lookup: .byPlacingAgain,
        lookupDelay: .seconds(30),
        activatesReceiver: false,
        refundPolicy: .failedOrders
    )

    static let quoteValidity = Duration.seconds(60)

    /// - Throws: when a secret is missing, the address is none, or an option is unknown.
    public init(_ settings: SupplierSettings, _ surroundings: SupplierSurroundings) throws(SupplierSettingsError) {
        try settings.refuseOptions(except: ["sign_query"])
        id = settings.id
        base = try settings.base(orElse: "https://api.catfee.io")
        key = try settings.secret("key")
        secret = try settings.secret("secret")
        switch settings.options["sign_query"] {
        case nil, "true": signsQuery = true
        case "false": signsQuery = false
        default: throw SupplierSettingsError("supplier \(settings.id): sign_query must be true or false")
        }
        transport = surroundings.transport
        clock = surroundings.clock
    }

    /// `GET /v1/estimate`.
    public func quote(_ demand: EnergyDemand) async throws(SupplierFault) -> SupplierQuote {
        let energy = try terms.energy(for: demand)
        let duration = try terms.duration(for: demand)
        let path = "/v1/estimate?quantity=\(energy)&duration=\(Self.hours(duration))"
        let estimate = try await call(.get, path, Estimate.self, purpose: "quote")
        return SupplierQuote(
            energy: energy,
            duration: duration,
            total: estimate.total,
            validUntil: clock.now() + Self.quoteValidity
        )
    }

    /// Prices the order again; there is nothing to sign beforehand.
    public func prepare(_ order: SupplierOrder) async throws(SupplierFault) -> PreparedPurchase {
        try PreparedPurchase(id, order, quoted: await quote(order.demand))
    }

    /// `POST /v1/order`: the first order under our key is the only one.
    public func place(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport {
        let query = [
            "quantity=\(purchase.energy)", "receiver=\(purchase.order.demand.receiver.base58)",
            "duration=\(Self.hours(purchase.duration))", "client_order_id=\(purchase.order.key)", "activate=false",
        ]
        let path = "/v1/order?" + query.joined(separator: "&")
        let order = try await call(.post, path, Order.self, purpose: "place")
        return try order.report(ordered: purchase.energy, isNew: true)
    }

    /// `GET /v1/order/{id}`, for which the supplier's id must be known.
    public func find(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport? {
        guard let reference = purchase.reference, Self.isName(reference) else {
            throw SupplierFault(.notOffered, .notSent, "orders are looked up by the supplier's id; place it again")
        }
        do throws(SupplierFault) {
            let order = try await call(.get, "/v1/order/\(reference)", Order.self, purpose: "find")
            return try order.report(ordered: purchase.energy, isNew: false)
        } catch {
            guard error.code == .notFound, error.stage == .answered else { throw error }
            return nil
        }
    }

    /// `GET /v1/account`.
    public func balance() async throws(SupplierFault) -> Sun? {
        try await call(.get, "/v1/account", Account.self, purpose: "balance").balance
    }

    /// What is signed, and how: base64 of HMAC-SHA256.
    static func signature(secret: String, timestamp: String, method: String, path: String) -> String {
        let key = SymmetricKey(data: Array(secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Array((timestamp + method + path).utf8), using: key)
        return Data(code).base64EncodedString()
    }

    private static func hours(_ duration: Duration) -> String { "\(duration.components.seconds / 3600)h" }

    private static func isName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || $0 == 45 || $0 == 95
            }
    }

    private func call<Result: Decodable>(
        _ method: HTTPCall.Method,
        _ path: String,
        _ type: Result.Type,
        purpose: String
    ) async throws(SupplierFault) -> Result {
        let timestamp = clock.now().description
        let signed = signsQuery ? path : String(path.prefix { $0 != "?" })
        let signature = Self.signature(
            secret: secret.value,
            timestamp: timestamp,
            method: method.rawValue,
            path: signed
        )
        let request = HTTPCall(
            method,
            base + path,
            headers: [
                ("cf-access-key", key.value), ("cf-access-sign", signature), ("cf-access-timestamp", timestamp),
                ("content-type", "application/json"),
            ],
            purpose: purpose
        )
        return try Envelope.data(of: try await transport.answer(to: request), type, hiding: [key, secret])
    }
}
