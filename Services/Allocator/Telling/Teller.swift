internal import Models
internal import ServiceKit
internal import Storage

/// Tells, on one replica, what follows from the books alone: summaries of batches and changes of the registry.
///
/// Each is marked as told in the transaction that publishes it: once, whatever dies in between.
struct Teller {
    let service: ServiceHost
    /// How long no member of a batch must have arrived before it is summed up, where its size is not reached.
    let quiet: Duration

    private static let batch = 200

    /// One round. A query each where there is nothing to tell.
    func run() async throws {
        let now = service.clock.now()
        let (batches, changes) = try await service.postgres.withConnection { connection in
            (
                try await BatchStore.isAnyDue(at: now, quiet: quiet, in: connection),
                try await AnnouncementStore.isAnyDue(in: connection)
            )
        }
        if batches { while try await tellBatches() == Self.batch {} }
        if changes { while try await tellChanges() == Self.batch {} }
    }

    private func tellBatches() async throws -> Int {
        try await service.transaction { work in
            let events = try await BatchStore.tell(at: work.now, quiet: quiet, limit: Self.batch, in: work.database)
            for event in events { try work.publish(event) }
            return events.count
        }
    }

    private func tellChanges() async throws -> Int {
        try await service.transaction { work in
            let events = try await AnnouncementStore.take(Self.batch, in: work.database)
            for event in events { try work.publish(event) }
            return events.count
        }
    }
}
