internal import Logging
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
        var sends: [AcquisitionStore.Send] = []
        for start in stride(from: 0, to: attempts.count, by: Self.atOnce) {
            let chunk = attempts[start..<min(start + Self.atOnce, attempts.count)]
            await withTaskGroup(of: AcquisitionStore.Send.self) { group in
                for attempt in chunk { group.addTask { await send(attempt) } }
                for await sent in group { sends.append(sent) }
            }
        }
        guard !sends.isEmpty else { return }
        service.logger.debug("sent transactions", metadata: ["count": "\(sends.count)"])
        CrashPoint.hit(.broadcast)
        let sent = service.clock.now()
        try await service.postgres.withConnection { try await AcquisitionStore.recordSends(sends, now: sent, in: $0) }
        CrashPoint.hit(.record)
    }

    private func send(_ attempt: AcquisitionStore.Unsent) async -> AcquisitionStore.Send {
        do {
            return AcquisitionStore.Send(id: attempt.id, answer: try await chain.broadcast(attempt.bytes))
        } catch {
            // Whether it arrived is not known: the chain will tell.
            return AcquisitionStore.Send(id: attempt.id, answer: "no answer: \(error)")
        }
    }
}
