import Models
import Storage
import Synchronization
import Testing

@testable import ServiceKit

/// Work that is divided among replicas, on a real database.
@Suite struct ShardTests {
    /// What one replica owns, and whether it is told in the order that makes sense.
    private final class Owner: ShardOwner {
        private let shards = Mutex<Set<Int>>([])
        let losses = Mutex(0)

        var owned: Set<Int> { shards.withLock { $0 } }

        func gained(_ more: Set<Int>) async {
            shards.withLock { shards in
                #expect(shards.isDisjoint(with: more))
                shards.formUnion(more)
            }
        }

        func release(_ fewer: Set<Int>) async {
            shards.withLock { shards in
                #expect(fewer.isSubset(of: shards))
                shards.subtract(fewer)
            }
        }

        func lost() async {
            shards.withLock { $0 = [] }
            losses.withLock { $0 += 1 }
        }
    }

    @Test func replicasShareTheShardsAndTakeOverFromOneThatEnds() async throws {
        try await withGround { ground in
            let (first, second, third) = (Owner(), Owner(), Owner())
            try await ground.running {
                $0.shards("work", count: 8, first)
            } while: { _ in
                try await eventually("the only replica owns all") { first.owned.count == 8 }
                try await ground.running {
                    $0.shards("work", count: 8, second)
                } while: { _ in
                    try await eventually("two share") { first.owned.count == 4 && second.owned.count == 4 }
                    #expect(first.owned.isDisjoint(with: second.owned))
                    try await ground.running {
                        $0.shards("work", count: 8, third)
                    } while: { _ in
                        try await eventually("three share") {
                            let all = [first, second, third].map(\.owned)
                            return all.allSatisfy { (2...3).contains($0.count) }
                                && all.reduce(0) { $0 + $1.count } == 8
                                && all.reduce(into: Set()) { $0.formUnion($1) }.count == 8
                        }
                    }
                    #expect(third.owned.isEmpty)
                    try await eventually("two share again") {
                        first.owned.union(second.owned).count == 8 && first.owned.isDisjoint(with: second.owned)
                    }
                }
                try await eventually("the one that is left owns all") { first.owned.count == 8 }
            }
            #expect(first.owned.isEmpty)
        }
    }

    @Test func whoLosesItsSessionIsToldAndTakesShardsAnew() async throws {
        try await withGround { ground in
            let owner = Owner()
            try await ground.running {
                $0.shards("work", count: 4, owner)
            } while: { host in
                try await eventually("it owns all") { owner.owned.count == 4 }
                try await host.postgres.execute(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """
                )
                try await eventually("it is told") { owner.losses.withLock { $0 } >= 1 }
                try await eventually("it owns all again") { owner.owned.count == 4 }
            }
        }
    }
}
