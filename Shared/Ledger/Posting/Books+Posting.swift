public import Models
public import Storage

extension Books {
    /// Posts entries, all or none. Those that are there already are left out.
    /// - Returns: an answer for each, in order.
    /// - Throws: ``LedgerError``, also with ``LedgerError/Code/keyConflict`` when a key was used for other postings.
    public func post(_ entries: [LedgerEntry], at now: Timestamp) async throws -> [PostAnswer] {
        guard !entries.isEmpty else { return [] }
        guard Set(entries.map(\.key)).count == entries.count else {
            throw LedgerError(.keyConflict, "two entries of one call have the same key")
        }
        let postings = entries.enumerated().flatMap { index, entry in
            entry.postings.map { (entry: Int32(index + 1), account: $0.account.code, amount: $0.amount) }
        }
        let rows = try await send([
            """
            SELECT ordinal, result, entry_id
              FROM ledger.post(\(now), \(entries.map(\.key))::text[], \(entries.map(\.kind))::text[],
                               \(entries.map(\.partner))::text[], \(entries.map(\.actor))::text[],
                               \(entries.map(\.note))::text[], \(postings.map(\.entry))::integer[],
                               \(postings.map(\.account))::text[], \(postings.map(\.amount))::bigint[])
            """
        ])
        return try rows[0].decode(as: (Int32, String, Int64).self).map {
            PostAnswer(isNew: $0.1 == "booked", entry: $0.2)
        }
    }

    /// Books a deposit on a balance.
    /// - Parameters:
    ///   - user: whose balance; `nil` for the partner's own.
    ///   - amount: below zero takes back what was booked wrongly, as far as the balance goes.
    ///   - key: what was deposited, such as the transaction's id: the same deposit is booked once.
    ///   - place: where the house has it; `deposits` unless told.
    /// - Returns: whether it was booked now, and the balance after it.
    public func credit(
        _ partner: PartnerID,
        user: String? = nil,
        amount: Sun,
        key: String,
        place: String = "deposits",
        actor: String,
        note: String,
        at now: Timestamp
    ) async throws -> CreditAnswer {
        let rows = try await send([
            """
            SELECT result, entry_id, balance_sun
              FROM ledger.credit(\(now), \(key), \(partner), \(user)::text, \(amount), \(place), \(actor), \(note))
            """
        ])
        return try CreditAnswer.read(rows[0])
    }

    /// Books a deposit that a person enters, or takes one back, with an entry of the audit log: as
    /// ``credit(_:user:amount:key:place:actor:note:at:)``, for whoever administers the registry.
    public func creditByHand(
        _ partner: PartnerID,
        user: String? = nil,
        amount: Sun,
        key: String,
        place: String = "deposits",
        actor: String,
        note: String,
        at now: Timestamp
    ) async throws -> CreditAnswer {
        let rows = try await send([
            """
            SELECT result, entry_id, balance_sun
              FROM registry.credit(\(now), \(actor), \(key), \(partner), \(user)::text, \(amount), \(place), \(note))
            """
        ])
        return try CreditAnswer.read(rows[0])
    }
}

/// What became of a deposit.
public struct CreditAnswer: Sendable, Equatable {
    /// False when the same deposit was booked before.
    public var isNew: Bool
    /// Its number in the books.
    public var entry: Int64
    /// The balance now.
    public var balance: Sun

    static func read(_ rows: PostgresRows) throws -> CreditAnswer {
        guard let row = try rows.decode(as: (String, Int64, Sun).self).first else {
            throw LedgerError(.unexpectedAnswer, "no answer to a credit")
        }
        return CreditAnswer(isNew: row.0 == "booked", entry: row.1, balance: row.2)
    }
}

extension LedgerEntry.Kind: PostgresValue {}
