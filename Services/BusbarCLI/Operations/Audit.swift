internal import Messaging
internal import Models
internal import ServiceKit
internal import Storage
internal import Tron

/// What `busbar audit` found, invariant by invariant.
struct AuditReport: Codable, Sendable {
    /// One invariant of the house.
    struct Invariant: Codable, Sendable {
        /// As ARCHITECTURE.md counts them.
        var number: Int
        /// What holds when there are no findings.
        var meaning: String
        /// Each violation in one line.
        var findings: [String]
    }

    /// Messages that were set aside in one queue.
    struct Parked: Codable, Sendable {
        var queue: String
        var count: Int
    }

    var invariants: [Invariant]
    /// Queues with parked messages. They are listed and violate nothing: somebody has to look at them.
    var parked: [Parked]

    var isClean: Bool { invariants.allSatisfy(\.findings.isEmpty) }
}

/// Checks the invariants against the database, the broker and the chain.
enum Audit {
    /// Runs all of it.
    /// - Parameters:
    ///   - variables: where the servers and the nodes are.
    ///   - patience: how long outboxes may take to become empty, for what was committed a moment ago is on its way.
    /// - Throws: ``OperationError`` when a server or the chain cannot be asked.
    static func run(variables: [String: String], patience: Duration = .seconds(5)) async throws -> AuditReport {
        let operations = try await Operations(variables)
        var invariants = try await operations.withPostgres { client in
            try await AuditStore.invariants(at: operations.clock.now(), patience: patience, in: client)
        }
        let differences = try await ChainAudit.run(operations)
        if let index = invariants.firstIndex(where: { $0.number == 6 }) {
            invariants[index].findings += differences
        }
        let parked = try await operations.withBroker { try await ParkingLot(session: $0).counts() }
        return AuditReport(
            invariants: invariants,
            parked: parked.filter { $0.count > 0 }
        )
    }
}
