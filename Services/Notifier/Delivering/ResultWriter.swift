internal import Logging
internal import Metrics
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Synchronization

/// Stores what came of attempts, disables endpoints that want no more or fail for days, and tells of it.
final class ResultWriter: Sendable {
    /// How often a success is noted of an endpoint that does well.
    private static let successPace = Duration.seconds(10)

    private static let toldTogether = 100

    private struct Noted {
        var at: ContinuousClock.Instant
        var isFailing: Bool
    }

    private let service: ServiceHost
    /// What was last written of each endpoint's health, so that those that do well cost no write each time.
    private let noted = Mutex<[UUIDv7: Noted]>([:])

    init(service: ServiceHost) { self.service = service }

    /// One transaction. May be called again with the same results, as far as they were not stored.
    /// - Returns: the revision from which on those that want no more are known to be disabled; `nil` when there are none.
    func write(_ results: [DeliveryResult]) async throws -> Int64? {
        let changes = HealthChange.folding(results)
        let worthNoting = changes.filter(isWorthNoting)
        let revision: Int64? = try await service.transaction { work in
            _ = try await work.database.pipeline(OutcomeStore.statements(for: results, at: work.now))
            let health = try await OutcomeStore.record(worthNoting, in: work.database)
            var reasons = Dictionary(
                results.filter(\.isGone).map { ($0.endpoint.id, "the receiver answered 410 Gone") },
                uniquingKeysWith: { $1 }
            )
            for entry in health
            where shouldDisable(failingSince: entry.failingSince, attempts: entry.failures, now: work.now) {
                reasons[entry.endpoint] = reasons[entry.endpoint] ?? "it has failed for five days"
            }
            try tell(results, work)
            guard !reasons.isEmpty else { return nil }
            let disabled = try await EndpointStore.disable(reasons, at: work.now, in: work.database)
            for endpoint in disabled.endpoints {
                try work.publish(
                    Self.notice(endpoint.name, endpoint.partner, reasons[endpoint.id] ?? "", at: work.now)
                )
            }
            return disabled.revision
        }
        let now = ContinuousClock.now
        noted.withLock { noted in
            for change in worthNoting {
                noted[change.endpoint] = Noted(at: now, isFailing: change.failures > 0)
            }
        }
        count(results)
        return revision
    }

    private func isWorthNoting(_ change: HealthChange) -> Bool {
        if change.failures > 0 { return true }
        guard let last = noted.withLock({ $0[change.endpoint] }) else { return true }
        return last.isFailing || last.at + Self.successPace < .now
    }

    private func tell(_ results: [DeliveryResult], _ work: UnitOfWork) throws {
        let delivered = results.filter { $0.resolution == .delivered }
        // Some at a time: a body is limited.
        for start in stride(from: 0, to: delivered.count, by: Self.toldTogether) {
            try work.publish(
                NotificationDelivered(
                    deliveries: delivered[start..<min(start + Self.toldTogether, delivered.count)].map { result in
                        NotificationDelivered.Delivery(
                            deliveryID: result.delivery.id,
                            eventID: result.delivery.event.id,
                            eventType: result.delivery.event.type,
                            endpoint: result.endpoint.name,
                            channel: result.endpoint.channel,
                            partnerID: result.endpoint.partner,
                            attempts: result.delivery.attempts + 1,
                            latency: Self.latency(of: result)
                        )
                    },
                    at: work.now
                )
            )
        }
        for result in results {
            guard case .dead(let reason) = result.resolution else { continue }
            try work.publish(
                NotificationDead(
                    deliveryID: result.delivery.id,
                    eventID: result.delivery.event.id,
                    eventType: result.delivery.event.type,
                    endpoint: result.endpoint.name,
                    channel: result.endpoint.channel,
                    partnerID: result.endpoint.partner,
                    attempts: result.delivery.attempts + 1,
                    reason: reason,
                    at: work.now
                )
            )
        }
    }

    /// From when it was stored until it was there.
    private static func latency(of result: DeliveryResult) -> Int64 {
        let end = result.attempt.startedAt + result.attempt.latency
        return max(0, end.milliseconds - result.delivery.event.storedAt.milliseconds)
    }

    private static func notice(
        _ endpoint: String,
        _ partner: PartnerID?,
        _ reason: String,
        at now: Timestamp
    ) -> AlertRaised {
        AlertRaised(
            Alert(
                alertID: UUIDv7(at: now),
                sequence: 1,
                kind: .endpointDisabled,
                severity: .warning,
                partnerID: partner,
                subject: endpoint,
                summary: "Endpoint \(endpoint) is disabled: \(reason). busbar endpoints enable \(endpoint) ends it.",
                details: ["reason": reason],
                raisedAt: now
            )
        )
    }

    private func count(_ results: [DeliveryResult]) {
        for result in results {
            let channel = result.endpoint.channel.rawValue
            Counter(
                label: "busbar_notification_attempts",
                dimensions: [("channel", channel), ("outcome", result.attempt.outcome)],
                factory: service.metrics
            ).increment()
            guard result.resolution == .delivered else { continue }
            Timer(label: "busbar_notification", dimensions: [("channel", channel)], factory: service.metrics)
                .recordMilliseconds(Self.latency(of: result))
        }
    }
}
