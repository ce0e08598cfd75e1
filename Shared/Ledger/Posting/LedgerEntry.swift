public import Models
internal import Storage

/// An entry that is not about an allocation: a deposit, a purchase, a transfer between the house's own accounts.
public struct LedgerEntry: Sendable, Equatable {
    /// What an entry is about.
    public enum Kind: String, Sendable, CaseIterable {
        /// A deposit on a payer's balance.
        case credit
        /// A deposit taken back.
        case debit
        /// What a supplier charged for an order.
        case purchase
        /// What a supplier gave back for an order.
        case purchaseRefund = "purchase_refund"
        /// TRX moved between places of the house.
        case transfer
    }

    /// One side of an entry.
    public struct Posting: Sendable, Equatable {
        /// The account.
        public var account: LedgerAccount
        /// Above zero credits it, below debits it.
        public var amount: Sun

        /// One side of an entry.
        public init(_ account: LedgerAccount, _ amount: Sun) {
            self.account = account
            self.amount = amount
        }
    }

    /// What makes it the same entry however often it is posted: 1 to 200 characters.
    public var key: String
    /// What it is about.
    public var kind: Kind
    /// Whose statement it belongs on.
    public var partner: PartnerID?
    /// Who posted it, when it was a person.
    public var actor: String?
    /// For people.
    public var note: String?
    /// Sums to zero.
    public var postings: [Posting]

    /// An entry as it is; the database refuses one that does not balance.
    public init(
        key: String,
        kind: Kind,
        partner: PartnerID? = nil,
        actor: String? = nil,
        note: String? = nil,
        postings: [Posting]
    ) {
        self.key = key
        self.kind = kind
        self.partner = partner
        self.actor = actor
        self.note = note
        self.postings = postings
    }

    /// What a supplier charged for an order, out of what the house holds there or in a wallet.
    /// - Parameters:
    ///   - number: counts what was charged for the order, from 1: each is an entry of its own.
    ///   - charged: below zero when less was charged than was posted before.
    ///   - place: of ``LedgerAccount/funds(_:)`` it was paid from; the supplier's prepaid account by default.
    public static func purchase(
        _ order: OrderKey,
        from supplier: SupplierID,
        number: Int = 1,
        charged: Sun,
        paidFrom place: String? = nil
    ) -> LedgerEntry {
        LedgerEntry(
            key: "purchase:\(supplier):\(order):\(number)",
            kind: .purchase,
            postings: [
                Posting(.cost(supplier.rawValue), .zero - charged),
                Posting(.funds(place ?? supplier.rawValue), charged),
            ]
        )
    }

    /// What a supplier gave back for an order.
    /// - Parameters:
    ///   - number: counts what came back for the order, from 1: each is an entry of its own.
    ///   - returned: how much.
    ///   - place: where it went; the supplier's prepaid account by default.
    public static func purchaseRefund(
        _ order: OrderKey,
        from supplier: SupplierID,
        number: Int = 1,
        returned: Sun,
        to place: String? = nil
    ) -> LedgerEntry {
        LedgerEntry(
            key: "purchase_refund:\(supplier):\(order):\(number)",
            kind: .purchaseRefund,
            postings: [
                Posting(.cost(supplier.rawValue), returned),
                Posting(.funds(place ?? supplier.rawValue), .zero - returned),
            ]
        )
    }
}

/// What became of an entry.
public struct PostAnswer: Sendable, Equatable {
    /// False when the same entry was there already.
    public var isNew: Bool
    /// Its number in the books.
    public var entry: Int64
}
