public import Models

/// A call to a supplier of energy.
public enum SupplierCall: String, Sendable, Codable, CaseIterable {
    /// Asks for a price.
    case quote
    /// Builds and signs what is stored before it is sent.
    case prepare
    /// Buys what was prepared; on chain, sends the payment and claims.
    case place
    /// Looks a purchase up by its key.
    case find
    /// Asks for our prepaid balance.
    case balance
    /// Builds and signs the return of what was rented.
    case giveBack = "give_back"
}

/// What a failed call to a supplier means for the purchase.
public enum FailureMeaning: String, Sendable, Codable, CaseIterable {
    /// By this call nothing was bought, and nothing will be: another source may be asked at once.
    case nothingBought = "nothing_bought"
    /// It may have been bought: it has to be looked up before anything else is bought.
    case ambiguous
    /// It was bought by an earlier call: it is looked up for what it cost, and the chain proves it.
    case done
}

extension FailureMeaning {
    /// The meaning of a failure.
    ///
    /// `quote`, `prepare`, `balance` and `give_back` have no effect outside this process: whatever happens to them,
    /// nothing was bought by them. A failed `find` says nothing about the purchase it asked for, so that stays ambiguous;
    /// that a supplier has never heard of a purchase is an answer of `find`, not a failure. For `place`:
    ///
    /// | code | `not_sent` | `sent` | `answered` |
    /// |---|---|---|---|
    /// | `refused`, `insufficient_balance`, `price_changed`, `unavailable`, `maintenance`, `rate_limited`, `invalid_request`, `unauthorized`, `not_found`, `not_offered` | nothing bought | ambiguous | nothing bought |
    /// | `already_placed` | nothing bought | ambiguous | done |
    /// | `not_connected`, `timeout`, `no_answer` | nothing bought | ambiguous | ambiguous |
    /// | `server_error`, `bad_answer` | nothing bought | ambiguous | ambiguous |
    /// | any other | nothing bought | ambiguous | ambiguous |
    ///
    /// The stage decides before the code: what never left was not bought, and without an answer no code is to be believed.
    /// An answer of status 5xx, or one that cannot be read, may come from something in front of a supplier that went on to
    /// sell. Where the payment goes over the chain, an answer does not take it back: ``Purchase`` looks up even after a
    /// definite answer as long as the payment may land.
    ///
    /// - Parameters:
    ///   - fault: what the call threw.
    ///   - call: which call it was.
    public init(of fault: SupplierFault, in call: SupplierCall) {
        switch call {
        case .quote, .prepare, .balance, .giveBack: self = .nothingBought
        case .find: self = .ambiguous
        case .place:
            switch fault.stage {
            case .notSent: self = .nothingBought
            case .sent: self = .ambiguous
            case .answered: self = Self.answersToPlace[fault.code] ?? .ambiguous
            }
        }
    }

    /// Answers to `place` that settle it.
    private static let answersToPlace: [SupplierFault.Code: FailureMeaning] = [
        .refused: .nothingBought,
        .insufficientBalance: .nothingBought,
        .priceChanged: .nothingBought,
        .unavailable: .nothingBought,
        .maintenance: .nothingBought,
        .rateLimited: .nothingBought,
        .invalidRequest: .nothingBought,
        .unauthorized: .nothingBought,
        .notFound: .nothingBought,
        .notOffered: .nothingBought,
        .alreadyPlaced: .done,
    ]
}
