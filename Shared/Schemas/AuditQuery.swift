/// One invariant of the house as a query: every row it returns is a violation, said in one text column.
public struct AuditQuery: Sendable {
    /// The invariant's number, as ARCHITECTURE.md counts them.
    public let invariant: Int
    /// What holds when it returns nothing.
    public let meaning: String
    /// The query; `$1` where it takes the present moment of domain time.
    public let sql: String
    /// Whether ``sql`` has a `$1` to be bound to the present moment of domain time.
    public let takesTime: Bool

    init(_ invariant: Int, _ meaning: String, _ sql: [UInt8], takesTime: Bool = false) {
        self.invariant = invariant
        self.meaning = meaning
        self.sql = String(decoding: sql, as: UTF8.self)
        self.takesTime = takesTime
    }

    /// Those whose parts exist, in order.
    public static let all = [
        AuditQuery(
            1,
            "one allocation and one outcome per withdrawal",
            PackageResources.Audit_1_one_allocation_one_outcome_sql
        ),
        AuditQuery(
            2,
            "one live attempt per acquisition, stored before it was sent",
            PackageResources.Audit_2_attempts_sql
        ),
        AuditQuery(3, "promises never exceed what was read of the wallet", PackageResources.Audit_3_promises_sql),
        AuditQuery(
            4,
            "ledger entries sum to zero, balances to their postings, none below its limit",
            PackageResources.Audit_4_ledger_sql
        ),
        AuditQuery(5, "every debit has one completed allocation or one refund", PackageResources.Audit_5_debits_sql),
        AuditQuery(
            6,
            "every delegation is explained, and none is overdue",
            PackageResources.Audit_6_delegations_sql,
            takesTime: true
        ),
        AuditQuery(7, "outboxes are empty", PackageResources.Audit_7_outbox_sql),
    ]
}
