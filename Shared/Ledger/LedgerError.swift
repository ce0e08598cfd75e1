internal import Storage

/// Why the ledger refuses an entry. Trouble with the database itself is thrown as `PostgresError`, unchanged, so that a
/// deadlock or a lost connection is treated as everywhere.
public struct LedgerError: Error, Sendable, CustomStringConvertible {
    /// The kind of refusal. The set is open: new kinds may come.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// In snake case, such as `insufficient_balance`.
        public let rawValue: String

        /// Any text is a code: there is no closed list to check it by.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The raw value.
        public var description: String { rawValue }

        /// A sheet's total is not the sum of its items, or an item is below zero. Nothing was sent.
        public static let badSheet = Code(rawValue: "bad_sheet")
        /// The registry has no such partner.
        public static let unknownPartner = Code(rawValue: "unknown_partner")
        /// A payer would fall below its limit. (A charge answers this per withdrawal instead.)
        public static let insufficientBalance = Code(rawValue: "insufficient_balance")
        /// The key was used before, for another entry.
        public static let keyConflict = Code(rawValue: "key_conflict")
        /// A refund is larger than what was charged, or below zero.
        public static let badRefund = Code(rawValue: "bad_refund")
        /// What the house paid on chain is below zero.
        public static let badCost = Code(rawValue: "bad_cost")
        /// The postings of an entry do not sum to zero, they move balances of a partner that is not the entry's, or one of them is refused by the tables.
        public static let unbalanced = Code(rawValue: "unbalanced")
        /// The functions answered something this program does not know.
        public static let unexpectedAnswer = Code(rawValue: "unexpected_answer")
    }

    /// What to decide by.
    public var code: Code
    /// In one line, for people.
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// None of them goes away by trying again at once; a balance that is too small does with a deposit.
    public var isRetriable: Bool { false }

    /// Code and message.
    public var description: String { "\(code): \(message)" }

    /// The refusal that a failure of the database stands for; others come back as they are.
    static func explaining(_ error: PostgresError) -> any Error {
        let code: Code? =
            switch (error.sqlState, error.constraint) {
            case (.foreignKeyViolation, "account_partner"): .unknownPartner
            case (.checkViolation, "balance_above_limit"): .insufficientBalance
            case (.checkViolation, "refund_within_debit"), (.checkViolation, "conclusion_refunded_sun_check"):
                .badRefund
            case (.checkViolation, "cost_not_negative"): .badCost
            case (.uniqueViolation, "entry_key"): .keyConflict
            case (.checkViolation, _), (SQLState(rawValue: "22023"), _): .unbalanced
            default: nil
            }
        return code.map { LedgerError($0, error.message) } ?? error
    }
}
