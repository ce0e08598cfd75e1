internal import Ledger
internal import Models
internal import Planning
internal import Storage

/// Booking what a working set owes: the one place where the allocator writes to the ledger for withdrawals.
enum ChargeStore {
    /// Charges what is reserved, gives back what came to nothing, and ends what is earned, in one round trip; none when there is
    /// nothing to book. What is paid for is promised then. Call it after all other locks, before the set's changes are stored:
    /// the balances stay locked to the end of the transaction.
    static func book(
        _ set: inout WorkingSet,
        terms: PromiseTerms,
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        try await BatchQuoteStore.hold(for: &set, promising: false, now: now, in: transaction)
        let dues = set.dues(terms)
        guard !dues.isEmpty else { return }
        let answers = try await Books(in: transaction).book(LedgerBatch(dues), at: now)
        let outcomes = zip(dues.charges, answers.charges).map { charge, answer -> ChargeOutcome in
            switch answer.result {
            case .charged: .paid(charge.sheet)
            case .alreadyCharged(let sheet): .paid(sheet)
            case .insufficient: .insufficient
            }
        }
        set.take(outcomes, for: dues, terms: terms, now: now)
    }

    /// What those have left who would pay for the withdrawals that wait, by an unlocked reading. Whoever gets something back
    /// in this transaction is left out: for him the ledger decides.
    static func purse(
        for set: WorkingSet,
        terms: PromiseTerms,
        in transaction: PostgresTransaction
    ) async throws -> Purse {
        let refunded = set.refunded
        var payers: Set<PayerAccount> = []
        var trusted: Set<PayerAccount> = []
        for entry in set.entries.values where entry.withdrawal.claim != nil {
            payers.insert(terms.payer(of: entry.withdrawal))
        }
        guard !payers.isEmpty else { return Purse() }
        for key in refunded {
            if let withdrawal = set.entries[key]?.withdrawal { trusted.insert(terms.payer(of: withdrawal)) }
        }
        let asked = payers.subtracting(trusted)
        let room = try await Books(in: transaction).room(
            of: asked.map { LedgerAccount(payer: $0.partner, user: $0.user) }
        )
        var left: [PayerAccount: Sun] = [:]
        for payer in asked {
            // An account that was never booked on is opened with its partner's credit; users have none.
            let credit = payer.user == nil ? terms.registry.partners[payer.partner]?.creditLimit ?? .zero : .zero
            left[payer] = room[LedgerAccount(payer: payer.partner, user: payer.user)] ?? credit
        }
        return Purse(left)
    }
}

extension LedgerBatch {
    /// The ledger's words for what Planning says.
    init(_ dues: Dues) {
        self.init()
        charges = dues.charges.map {
            AllocationCharge(
                allocation: $0.allocation,
                partner: $0.key.partner,
                withdrawal: $0.key.id,
                user: $0.payer.user,
                sheet: $0.sheet
            )
        }
        refunds = dues.refunds.map { AllocationRefund(allocation: $0.allocation, amount: $0.amount, reason: $0.reason) }
        // The hot wallet burns its own TRX, and rents are booked by the purchases: a transfer costs the house nothing more.
        completions = dues.completions.map {
            AllocationCompletion(allocation: $0.allocation, energyUsed: $0.energyUsed)
        }
    }
}
