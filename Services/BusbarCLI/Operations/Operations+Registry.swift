internal import Models
internal import Storage

extension Operations {
    /// Lends the registry's audited functions to `body`, and says in people's words what they refuse.
    func withRegistry<R: Sendable>(
        _ body: (RegistryAdmin, PostgresClient) async throws -> R
    ) async throws -> R {
        try await withPostgres { client in
            do {
                return try await body(RegistryAdmin(postgres: client, actor: actor, clock: clock), client)
            } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
                throw OperationError("there is no such partner", hint: "busbar partner list shows them, add makes one")
            } catch let error as PostgresError where error.sqlState == .uniqueViolation {
                throw OperationError("it is registered already: \(error.message)")
            } catch let error as PostgresError where error.sqlState == .checkViolation {
                throw OperationError("the registry refuses it: \(error.message)")
            }
        }
    }
}
