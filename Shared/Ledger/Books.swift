public import Models
public import Storage

/// The books, as one transaction or connection sees them. Every write is one call of a function of the schema `ledger`,
/// whatever the number of withdrawals. Keys are natural ones: a call that is repeated at once, because its outcome is not
/// known, books nothing twice. One repeated later is about what stands then: a refund ends the latest debit of its
/// allocation, also when that was charged again meanwhile, and a charge after a refund is a new one.
///
/// A payer's balance is locked from the call to the end of the transaction: call late in it. The house's accounts are never
/// waited for. A transaction that charges and refunds does so by one ``book(_:at:)``, which locks all payers in one order; a
/// refund sent after a charge, with COMMIT or before it, can end in a deadlock.
public struct Books<Database: PostgresQuerying>: Sendable {
    let database: Database

    /// - Parameter database: the caller's transaction, so that debit and promise are committed together; or a client, each
    ///   call then being a transaction of its own.
    public init(in database: Database) { self.database = database }

    /// Sends statements in one round trip.
    /// - Throws: ``LedgerError`` for refusals, `PostgresError` for the rest.
    func send(_ statements: [SQL]) async throws -> [PostgresRows] {
        do {
            return try await database.pipeline(statements)
        } catch {
            throw LedgerError.explaining(error)
        }
    }

    /// Charges allocations when they are promised. One that occurs twice is charged as it first stands.
    /// - Returns: an answer for each, in order.
    /// - Throws: ``LedgerError`` when a sheet is wrong or a partner unknown: then nothing was charged. `PostgresError` with
    ///   `serializationFailure` when one was charged to another payer at the same moment: the next try answers so.
    public func charge(_ charges: [AllocationCharge], at now: Timestamp) async throws -> [ChargeAnswer] {
        guard !charges.isEmpty else { return [] }
        let rows = try await send([try LedgerStatement.charge(charges, at: now)])
        return try ChargeAnswer.read(rows[0], for: charges)
    }

    /// Gives back what allocations were charged, and books what they cost the house all the same.
    /// - Returns: an answer for each, in order.
    public func refund(_ refunds: [AllocationRefund], at now: Timestamp) async throws -> [RefundAnswer] {
        guard !refunds.isEmpty else { return [] }
        return try RefundAnswer.read(try await send([LedgerStatement.refund(refunds, at: now)])[0])
    }

    /// Ends charges as earned.
    /// - Returns: an answer for each, in order.
    public func complete(_ completions: [AllocationCompletion], at now: Timestamp) async throws -> [ConclusionResult] {
        guard !completions.isEmpty else { return [] }
        return try ConclusionResult.read(try await send([LedgerStatement.complete(completions, at: now)])[0])
    }

    /// All that one transaction has to book, in one round trip: refunds, completions, then charges, so that what comes back
    /// can be charged again.
    public func book(_ batch: LedgerBatch, at now: Timestamp) async throws -> LedgerBatch.Answers {
        var statements: [SQL] = []
        if !batch.charges.isEmpty, !batch.refunds.isEmpty { statements.append(LedgerStatement.lock(batch)) }
        let offset = statements.count
        if !batch.refunds.isEmpty { statements.append(LedgerStatement.refund(batch.refunds, at: now)) }
        if !batch.completions.isEmpty { statements.append(LedgerStatement.complete(batch.completions, at: now)) }
        if !batch.charges.isEmpty { statements.append(try LedgerStatement.charge(batch.charges, at: now)) }
        guard !statements.isEmpty else { return .init() }
        var rows = try await send(statements).dropFirst(offset)
        var answers = LedgerBatch.Answers()
        if !batch.refunds.isEmpty { answers.refunds = try RefundAnswer.read(rows.removeFirst()) }
        if !batch.completions.isEmpty { answers.completions = try ConclusionResult.read(rows.removeFirst()) }
        if !batch.charges.isEmpty { answers.charges = try ChargeAnswer.read(rows.removeFirst(), for: batch.charges) }
        return answers
    }
}

/// What one transaction has to book for allocations.
public struct LedgerBatch: Sendable {
    /// What is promised now.
    public var charges: [AllocationCharge] = []
    /// What came to nothing, in whole or in part.
    public var refunds: [AllocationRefund] = []
    /// What is earned.
    public var completions: [AllocationCompletion] = []

    /// Nothing yet.
    public init() {}

    /// Whether there is nothing to book.
    public var isEmpty: Bool { charges.isEmpty && refunds.isEmpty && completions.isEmpty }

    /// An answer for each part of the batch, in its order.
    public struct Answers: Sendable {
        /// For each of the charges.
        public var charges: [ChargeAnswer] = []
        /// For each of the refunds.
        public var refunds: [RefundAnswer] = []
        /// For each of the completions.
        public var completions: [ConclusionResult] = []
    }
}
