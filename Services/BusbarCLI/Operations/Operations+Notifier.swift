internal import Storage

extension Operations {
    /// Lends the endpoints to `body`, and says in people's words what the notifier's functions refuse.
    func withEndpoints<R: Sendable>(
        _ body: (EndpointStore, PostgresClient) async throws -> R
    ) async throws -> R {
        try await withPostgres { client in
            do {
                return try await body(EndpointStore(postgres: client, actor: actor, clock: clock), client)
            } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
                throw OperationError("there is no such partner", hint: "busbar partner list shows them, add makes one")
            } catch let error as PostgresError where error.sqlState == .uniqueViolation {
                throw OperationError(
                    "there is an endpoint of this name already",
                    hint: "busbar endpoints list shows them; a name stays with its endpoint, also with a disabled one"
                )
            } catch let error as PostgresError where error.sqlState == .checkViolation {
                throw OperationError("the notifier refuses it: \(error.message)")
            }
        }
    }

    /// That an endpoint is not there.
    static func unknownEndpoint(_ name: String) -> OperationError {
        OperationError("there is no endpoint \(name)", hint: "busbar endpoints list shows them, add makes one")
    }
}
