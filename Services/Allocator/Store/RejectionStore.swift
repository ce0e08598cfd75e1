internal import Models
internal import Planning
internal import Storage

/// A stored request that turned out wrong.
struct Refusal: Sendable {
    var key: WithdrawalKey
    var reason: RejectionReason
    var detail: String
}

/// What became of refusals.
struct Refused: Sendable {
    /// For those that were removed.
    var answers: [WithdrawalRejected] = []
    /// A batch for each of them that was in one.
    var batches: [BatchKey] = []
}

/// Requests that were stored before it was known that they are wrong.
enum RejectionStore {
    /// Removes withdrawals that have not been told anything, keeps a record, and makes the answers.
    static func refuse(
        _ refusals: [Refusal],
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws -> Refused {
        guard !refusals.isEmpty else { return Refused() }
        let rows = try await transaction.query(
            """
            WITH refused AS (
                SELECT * FROM unnest(\(refusals.map(\.key.partner))::text[], \(refusals.map(\.key.id))::text[],
                                     \(refusals.map(\.reason))::text[], \(refusals.map(\.detail))::text[])
                       AS r(partner_id, withdrawal_id, reason, detail)
            ), allocations AS (
                DELETE FROM allocator.allocation a USING refused r
                 WHERE a.partner_id = r.partner_id AND a.withdrawal_id = r.withdrawal_id AND a.state = 'pending'
                   AND NOT EXISTS (SELECT 1 FROM allocator.promise p WHERE p.allocation_id = a.allocation_id)
                RETURNING a.partner_id, a.withdrawal_id
            ), withdrawals AS (
                DELETE FROM allocator.withdrawal w USING allocations a
                 WHERE w.partner_id = a.partner_id AND w.withdrawal_id = a.withdrawal_id
                RETURNING w.partner_id, w.withdrawal_id, w.message_id, w.batch_id
            ), recorded AS (
                INSERT INTO allocator.rejection (partner_id, withdrawal_id, message_id, reason, detail, at)
                SELECT w.partner_id, w.withdrawal_id, w.message_id, r.reason, r.detail, \(now)
                  FROM withdrawals w JOIN refused r USING (partner_id, withdrawal_id)
            )
            SELECT w.partner_id, w.withdrawal_id, w.message_id, r.reason, r.detail, w.batch_id
              FROM withdrawals w JOIN refused r USING (partner_id, withdrawal_id)
            """,
            as: (PartnerID, WithdrawalID, String?, RejectionReason, String, String?).self
        )
        return Refused(
            answers: rows.map {
                WithdrawalRejected(
                    partnerID: $0.0,
                    withdrawalID: $0.1.rawValue,
                    messageID: $0.2,
                    messageType: WithdrawalRequest.name.wireName,
                    reason: $0.3,
                    detail: $0.4
                )
            },
            batches: rows.compactMap { row in row.5.map { BatchKey(partner: row.0, id: $0) } }
        )
    }
}
