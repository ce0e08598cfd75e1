internal import Models
internal import Planning
internal import Suppliers

/// Something that happened to a purchase, to be stored.
struct PurchaseNews: Sendable {
    var acquisition: UUIDv7
    /// `nil`: it is looked at, for its time or a signal.
    var event: PurchaseEvent?
    /// What will be sent, with ``PurchaseEvent/prepared(call:)``.
    var prepared: PreparedPurchase?
    /// The return of a rental, to be stored before it is sent.
    var returning: PreparedPurchase?
    /// What the supplier's answer says about the supplier; `nil` when it was not asked.
    var conduct: Conduct?
    /// Burnt for the payment's bytes, with ``PurchaseEvent/paymentLanded``.
    var networkFee: Sun?

    enum Conduct: Sendable {
        case answered
        case failed(SupplierFault)
    }

    init(_ acquisition: UUIDv7, _ event: PurchaseEvent? = nil) {
        self.acquisition = acquisition
        self.event = event
    }
}

/// Something to be done for a purchase, once what led to it is committed.
enum PurchaseAction: Sendable {
    case prepare(Purchase, call: Int)
    case place(PreparedPurchase, UUIDv7, call: Int)
    case find(PreparedPurchase, UUIDv7, call: Int)
    /// Read what stands at a wallet, for all its purchases.
    case readChain(TronAddress)
    /// Build the return of a rental; it is sent when it is stored.
    case giveBack(PreparedPurchase, UUIDv7)
    /// Send a return that is stored.
    case sendReturn(PreparedPurchase, UUIDv7)
    /// Ask the chain what became of a payment.
    case followPayment(PreparedPurchase, UUIDv7)

    /// What must not be done twice at a time.
    var name: String {
        switch self {
        case .prepare(let purchase, let call): "prepare \(purchase.order.acquisition) \(call)"
        case .place(_, let id, let call): "place \(id) \(call)"
        case .find(_, let id, let call): "find \(id) \(call)"
        case .readChain(let wallet): "read \(wallet)"
        case .giveBack(_, let id), .sendReturn(_, let id): "return \(id)"
        case .followPayment(_, let id): "payment \(id)"
        }
    }
}

extension PurchaseReport {
    /// What an adapter was told.
    init(_ report: OrderReport) {
        let state: State =
            switch report.state {
            case .accepted: .accepted
            case .delivering: .delivering
            case .delivered: .delivered
            case .partial(let energy): .partial(energy)
            case .failed(let refunded): .failed(refunded: refunded)
            case .cancelled: .cancelled
            }
        self.init(
            state,
            reference: report.reference,
            delegations: report.delegations,
            charged: report.charged,
            expiresAt: report.expires
        )
    }
}

extension PurchaseRules {
    /// As an adapter describes its supplier.
    init(_ terms: SupplierTerms) {
        self.init(
            paysOnChain: terms.paysOnChain,
            idempotentCreate: terms.idempotentCreate,
            isFoundByKey: terms.lookup == .byKey,
            lookupDelay: terms.lookupDelay,
            givesBack: terms.givesBack
        )
    }
}

extension PurchaseLimits {
    /// A call is given up after more than its parts may take together: three HTTP calls of 8 s, and the 7 s for a block.
    static let house = PurchaseLimits(call: .seconds(35), longestPause: .seconds(35))
}
