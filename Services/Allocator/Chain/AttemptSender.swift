internal import Models
internal import Planning
internal import ServiceKit
internal import Storage

/// Sends signed transactions that are stored, and sends the same bytes again until they are in a block or have expired.
struct AttemptSender {
    let service: ServiceHost
    let chain: any ChainGateway

    private static let atOnce = 8

    /// Sends what was never sent, as far as is known.
    func sendUnsent() async throws { try await send(olderThan: nil) }

    /// Sends again what is in no block yet. Safe any number of times: the bytes are the same.
    func sendAgain(after age: Duration) async throws { try await send(olderThan: age) }

    private func send(olderThan age: Duration?) async throws {
        let now = service.clock.now()
        let attempts = try await service.postgres.withConnection {
            try await AcquisitionStore.unsent(olderThan: age.map { now - $0 }, now: now, in: $0)
        }
        var sends: [(id: UUIDv7, answer: String)] = []
        for chunk in stride(from: 0, to: attempts.count, by: Self.atOnce) {
            sends += await withTaskGroup(of: (UUIDv7, String).self) { group in
                for attempt in attempts[chunk..<min(chunk + Self.atOnce, attempts.count)] {
                    group.addTask {
                        do {
                            return (attempt.id, try await chain.broadcast(attempt.bytes))
                        } catch {
                            // Whether it arrived is not known: the chain will tell.
                            return (attempt.id, "no answer: \(error)")
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append(($1.0, $1.1)) }
            }
        }
        guard !sends.isEmpty else { return }
        CrashPoint.hit(.broadcast)
        let sent = service.clock.now()
        try await service.postgres.withConnection { try await AcquisitionStore.recordSends(sends, now: sent, in: $0) }
        CrashPoint.hit(.record)
    }
}
