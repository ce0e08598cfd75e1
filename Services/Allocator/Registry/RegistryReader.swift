internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Synchronization

/// This process's copy of the registry, read again whenever its revision moves.
final class RegistryReader: Sendable {
    private let service: ServiceHost
    private let current = Mutex(RegistrySnapshot())

    init(service: ServiceHost) { self.service = service }

    /// The newest copy.
    var snapshot: RegistrySnapshot { current.withLock { $0 } }

    /// Decides by the copy at hand; where it would turn somebody away, by the newest: a partner or wallet may have been added
    /// a moment ago.
    func admitting<Decision>(
        _ decide: (Admission) -> Decision,
        isRefused: (Decision) -> Bool
    ) async throws -> Decision {
        let known = snapshot
        let decision = decide(Admission(registry: known))
        guard isRefused(decision) else { return decision }
        try await refresh()
        let newest = snapshot
        return newest.revision == known.revision ? decision : decide(Admission(registry: newest))
    }

    /// Reads the registry if it has changed.
    func refresh() async throws {
        let known = snapshot.revision
        let read = try await service.postgres.withConnection { try await RegistryStore.read(unlessAt: known, in: $0) }
        guard let read else { return }
        current.withLock { $0 = read }
    }
}
