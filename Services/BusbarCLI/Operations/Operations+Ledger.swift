internal import Ledger
internal import Models
internal import Storage

extension Operations {
    /// Lends the ledger's desk to `body`, and says in people's words what the ledger refuses.
    func withLedger<R: Sendable>(_ body: (LedgerDesk, PostgresClient) async throws -> R) async throws -> R {
        try await withPostgres { client in
            do {
                return try await body(LedgerDesk(postgres: client, actor: actor, clock: clock), client)
            } catch let error as LedgerError {
                throw Self.explaining(error)
            } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
                throw OperationError("there is no such partner", hint: "busbar partner list shows them, add makes one")
            } catch let error as PostgresError where error.constraint == "balance_above_limit" {
                throw OperationError(
                    "the partner owes more than that",
                    hint: "busbar partner balance shows how much; book its payment first: busbar partner credit"
                )
            } catch let error as PostgresError where error.sqlState == .checkViolation {
                throw OperationError("the registry refuses it: \(error.message)")
            }
        }
    }

    private static func explaining(_ error: LedgerError) -> OperationError {
        switch error.code {
        case .unknownPartner:
            OperationError(error.message, hint: "busbar partner list shows them, add makes one")
        case .insufficientBalance:
            OperationError(
                "the balance would fall below its limit: nothing was booked",
                hint: "busbar partner balance shows what there is"
            )
        case .keyConflict:
            OperationError(
                "this key was used before for another amount or account: nothing was booked",
                hint: "busbar statement --entries shows the keys; give a new one if this is another deposit"
            )
        default: OperationError("the ledger refuses it: \(error)")
        }
    }
}
