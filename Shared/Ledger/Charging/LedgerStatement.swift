public import Models
public import Storage

/// The calls of the ledger's functions as statements, for whoever sends them along with others.
///
/// Completions lock no balance: where nobody needs the answers they can travel with the COMMIT of any transaction. Refunds
/// lock the balances they go to. In a transaction that has charged they would lock a second time and in any order, which can
/// end in a deadlock: they travel only with one that has not charged, else they go through ``Books/book(_:at:)``.
///
/// Answers that nobody reads are lost. The audit finds a debit that stays open after its withdrawal ended; a completion of
/// what was never charged (`not_charged`) or had been given back in part (`already_refunded`) it does not find.
public enum LedgerStatement {
    /// Debits allocations; see ``Books/charge(_:at:)``.
    static func charge(_ charges: [AllocationCharge], at now: Timestamp) throws(LedgerError) -> SQL {
        for charge in charges {
            if let flaw = charge.sheet.flaw {
                throw LedgerError(.badSheet, "\(charge.partner):\(charge.withdrawal): \(flaw)")
            }
        }
        let sheets = charges.map(\.sheet)
        return """
            SELECT ordinal, result, balance_sun, source, energy, energy_price, energy_sun, bandwidth_sun, activation_sun,
                   margin_sun, fee_sun, total_sun, baseline_sun
              FROM ledger.charge(\(now), \(charges.map(\.allocation))::uuid[], \(charges.map(\.partner))::text[],
                                 \(charges.map(\.withdrawal))::text[], \(charges.map(\.user))::text[],
                                 \(sheets.map(\.source))::text[], \(sheets.map(\.energy))::bigint[],
                                 \(sheets.map(\.energyPrice.rawValue))::bigint[], \(sheets.map(\.energyCost))::bigint[],
                                 \(sheets.map(\.bandwidthCost))::bigint[], \(sheets.map(\.activationCost))::bigint[],
                                 \(sheets.map(\.margin))::bigint[], \(sheets.map(\.fee))::bigint[],
                                 \(sheets.map(\.baseline))::bigint[])
            """
    }

    /// Gives back debits; see ``Books/refund(_:at:)``. Not for a transaction that has charged.
    public static func refund(_ refunds: [AllocationRefund], at now: Timestamp) -> SQL {
        """
        SELECT ordinal, result, refunded_sun, balance_sun
          FROM ledger.refund(\(now), \(refunds.map(\.allocation))::uuid[], \(refunds.map(\.amount))::bigint[],
                             \(refunds.map(\.reason))::text[], \(refunds.map(\.burnt))::bigint[],
                             \(refunds.map(\.bandwidth))::bigint[], \(refunds.map(\.activation))::bigint[])
        """
    }

    /// Ends debits as earned; see ``Books/complete(_:at:)``.
    public static func complete(_ completions: [AllocationCompletion], at now: Timestamp) -> SQL {
        """
        SELECT ordinal, result
          FROM ledger.complete(\(now), \(completions.map(\.allocation))::uuid[], \(completions.map(\.energyUsed))::bigint[],
                               \(completions.map(\.burnt))::bigint[], \(completions.map(\.bandwidth))::bigint[],
                               \(completions.map(\.activation))::bigint[])
        """
    }

    /// Locks whoever pays for the batch's charges or paid for its refunds. Accounts that are not there yet are opened first,
    /// the income's too: nobody waits for an account to be opened while holding a balance.
    static func lock(_ batch: LedgerBatch) -> SQL {
        let payers = Set(
            batch.charges.flatMap {
                [
                    LedgerAccount(payer: $0.partner, user: $0.user).code, LedgerAccount.energy($0.sheet.source).code,
                ]
            }
        ).sorted()
        return """
            SELECT ledger.lock(\(payers)::text[], \(batch.refunds.map(\.allocation))::uuid[])
            """
    }
}
