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

    /// Reads the registry if it has changed.
    func refresh() async throws {
        let known = snapshot.revision
        let read = try await service.postgres.withConnection { try await RegistryStore.read(unlessAt: known, in: $0) }
        guard let read else { return }
        current.withLock { $0 = read }
    }
}
