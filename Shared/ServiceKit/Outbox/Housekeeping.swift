internal import Logging
internal import Models
internal import ServiceLifecycle
internal import Storage

/// Deletes published messages and forgets old ones, a little at a time, so that the tables stay small.
struct Housekeeping: Sendable {
    /// How long published messages can still be looked at.
    static let publishedFor = Duration.seconds(3600)
    /// Longer than any replay of messages.
    static let rememberedFor = Duration.seconds(8 * 86_400)
    /// Rows of one statement: short deletes hold no locks for long.
    private static let chunk = 2000
    /// A turn ends after this, so that it is seen to turn.
    private static let limit = Duration.seconds(10)

    let postgres: PostgresClient
    let outbox: Outbox
    let inbox: Inbox
    let clock: any WallClock

    /// One turn.
    func run() async throws {
        let end = ContinuousClock.now + Self.limit
        let now = clock.now()
        var deleted = Self.chunk
        while deleted == Self.chunk, .now < end, !Task.isShuttingDownGracefully {
            deleted = try await outbox.purge(
                madeBefore: now - Self.publishedFor,
                limit: Self.chunk,
                in: postgres
            )
        }
        deleted = Self.chunk
        while deleted == Self.chunk, .now < end, !Task.isShuttingDownGracefully {
            deleted = try await inbox.purge(seenBefore: now - Self.rememberedFor, limit: Self.chunk, in: postgres)
        }
    }
}
