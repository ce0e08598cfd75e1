internal import Messaging
internal import Models
internal import ServiceKit
internal import TestSupport

@testable import BusbarCLI

/// A vhost and a migrated database, as the operations commands find them.
struct House: Sendable {
    let operations: Operations
    let database: TestDatabase
    let vhost: TestVhost

    static func with(_ body: (House) async throws -> Void) async throws {
        try await withBroker { vhost in
            try await withDatabase { database in
                let variables = [
                    "BUSBAR_ENVIRONMENT": "local",
                    "BUSBAR_BROKER_HOSTS": "\(vhost.host):\(vhost.port)",
                    "BUSBAR_BROKER_USER": vhost.user,
                    "BUSBAR_BROKER_PASSWORD": vhost.password,
                    "BUSBAR_BROKER_VHOST": vhost.name,
                    "BUSBAR_DATABASE_HOSTS": "\(database.host):\(database.port)",
                    "BUSBAR_DATABASE_USER": database.user,
                    "BUSBAR_DATABASE_PASSWORD": database.password,
                    "BUSBAR_DATABASE_NAME": database.name,
                    "BUSBAR_TRON_NODES": "http://127.0.0.1:1",
                ]
                try await Operations.withPostgres(variables) { _ = try await DatabaseMigration.run($0) }
                try await Operations.withBroker(variables: variables) { try await $0.declare(.house) }
                try await body(
                    House(operations: try await Operations(variables), database: database, vhost: vhost)
                )
            }
        }
    }

    static let queue = "allocator.withdrawal.settle"
    static let place = queue + ".parked"

    /// Parks messages as a service does.
    func park(_ ids: [String], user: String? = nil) async throws {
        try await operations.withMessaging { client in
            let messages = ids.map { id in
                var headers: [String: HeaderValue] = [
                    "x-origin-queue": .string(Self.queue), "x-last-error": "not readable", "x-attempt": 5,
                ]
                if let user { headers["x-user-id"] = .string(user) }
                return OutgoingMessage(
                    exchange: "",
                    routingKey: Self.place,
                    body: Array(#"{"of":"\#(id)"}"#.utf8),
                    properties: MessageProperties(messageID: id, type: "withdrawal.settle.v1", headers: headers)
                )
            }
            _ = try await client.publish(messages)
        }
    }

    /// Messages at the head of a queue.
    func look(at queue: String) async throws -> [Delivery] {
        try await operations.withBroker { try await $0.peek(at: queue, limit: 100) }
    }

    func move(_ action: ParkedMove.Action, _ ids: Set<String>? = nil) async throws -> ParkedMove.Result {
        try await ParkedMove(operations: operations, action: action, queue: Self.place, ids: ids).run()
    }
}
