internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Webhooks

/// The endpoints of the benchmark: a partner each, a receiver each, a secret each.
struct NotifyWorld: Sendable {
    /// Far above what any of them is sent, so that no limit of ours is measured.
    static let ratePerMinute: Int32 = 60_000
    /// As `busbar endpoints add` gives it.
    static let inFlight: Int32 = 8

    let plan: NotifyPlan
    let messages: NotifyMessages
    /// By endpoint.
    let endpoints: [UUIDv7]
    /// By endpoint.
    let secrets: [WebhookSecret]
    let book: SinkBook
    let sink: NotifySink

    /// Starts the receivers and registers their endpoints.
    /// - Parameter key: what the notifier opens their secrets with.
    static func make(_ plan: NotifyPlan, key: String, _ stack: RunningStack) async throws -> NotifyWorld {
        let clock = SystemClock()
        let now = clock.now()
        let messages = try NotifyMessages(at: now, seed: plan.seed)
        let secrets = plan.kinds.map { _ in WebhookSecret.generate() }
        let book = SinkBook(plan, messages, secrets: secrets, clock: clock)
        let world = NotifyWorld(
            plan: plan,
            messages: messages,
            endpoints: plan.kinds.map { _ in UUIDv7(at: now) },
            secrets: secrets,
            book: book,
            sink: try await NotifySink.start(receivers: plan.kinds.count, book)
        )
        do {
            try await world.register(try SecretBox(keys: key), at: now, stack)
            return world
        } catch {
            await world.sink.stop()
            throw error
        }
    }

    private func register(_ box: SecretBox, at now: Timestamp, _ stack: RunningStack) async throws {
        guard let pattern = EventPattern("withdrawal.*") else { throw StackError("withdrawal.* is no pattern") }
        let rules = try PostgresJSON(encoding: [RoutingRule(events: [pattern])])
        let rows = try endpoints.enumerated().map { index, id in
            let sealed = EndpointSecrets(url: sink.url(index), secrets: [.init(secret: secrets[index])])
            return NotifyBenchStore.NewEndpoint(
                id: id,
                name: NotifyMessages.partner(index),
                target: sink.url(index),
                sealed: try sealed.sealed(with: box, for: id)
            )
        }
        try await Operations.withPostgres(stack.environment.variables) { postgres in
            try await NotifyBenchStore.register(
                rows,
                rules: rules,
                ratePerMinute: Self.ratePerMinute,
                inFlight: Self.inFlight,
                at: now,
                in: postgres
            )
        }
    }

    /// The endpoints of one kind, by name.
    func names(_ kind: Receiver.Kind) -> [String] {
        plan.kinds.indices.filter { plan.kinds[$0] == kind }.map(NotifyMessages.partner)
    }
}
