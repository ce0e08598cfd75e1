internal import Models
internal import Storage

/// Delivers what has ended once more, a thousand at a time.
///
/// Each thousand is one transaction that moves deliveries from what has ended to what is open: cut off in between,
/// those that were moved are open and the others still ended. Receivers know each by the same `webhook-id`.
struct Replay: Sendable {
    let operations: Operations
    /// What is meant; with an end, so that what ends again meanwhile is not meant.
    let filter: DeliveryFilter
    /// How many in one transaction.
    var chunk = 1000

    /// Does it.
    /// - Parameter progress: told after each transaction how many there were in all.
    /// - Returns: how many were put back.
    func run(
        in connection: some PostgresQuerying,
        progress: @Sendable (Int) throws -> Void = { _ in }
    ) async throws -> Int {
        var rest = filter
        var seen: Set<UUIDv7> = []
        var replayed = 0
        while true {
            let found = try await ReplayStore.next(chunk, rest, in: connection)
            // One that ended again within the time, by a clock behind ours, had its turn.
            let new = found.map(\.id).filter { seen.insert($0).inserted }
            guard let last = found.last, !new.isEmpty else { return replayed }
            replayed += try await ReplayStore.replay(new, by: operations, in: connection)
            try progress(replayed)
            rest.since = last.at
        }
    }
}
