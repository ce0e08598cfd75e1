internal import LocalStack
internal import Models
internal import Planning
internal import Webhooks

/// Who is told of a demo's withdrawals: a webhook endpoint for each partner, and a chat of operations, all of them played by
/// the devnet.
struct DemoReceivers: Sendable {
    /// A partner's endpoint and the sink behind it, which have its name.
    struct Webhook: Sendable {
        var name: String
        var partner: PartnerID
    }

    let webhooks: [Webhook]
    /// The endpoint of operations.
    let operations: String
    /// What the chat calls it.
    let chat: String

    /// The names of all endpoints.
    var names: [String] { webhooks.map(\.name) + [operations] }

    /// How often operations are told of what has settled.
    private static let digestSeconds = 10

    /// Registers sinks and endpoints.
    static func make(
        _ stack: RunningStack,
        devnet: DevnetControl,
        run: String,
        for partners: [PartnerID]
    ) async throws
        -> DemoReceivers
    {
        let settings = try NotifierSettings(stack.environment.variables)
        let box = try settings.box()
        let chat = "T0BUSBAR/B\(run.uppercased())"
        let receivers = DemoReceivers(
            webhooks: partners.map { Webhook(name: $0.rawValue, partner: $0) },
            operations: "operations-\(run)",
            chat: chat
        )
        var endpoints: [EndpointStore.NewEndpoint] = []
        for webhook in receivers.webhooks {
            let secret = WebhookSecret.generate()
            try await devnet.setSink(webhook.name, secret: secret.text)
            endpoints.append(
                EndpointStore.NewEndpoint(
                    name: webhook.name,
                    partner: webhook.partner,
                    destination: .webhook(
                        try TargetURL(devnet.sinkURL(webhook.name), policy: settings.policy),
                        secret: secret,
                        headers: [],
                        isShown: true
                    ),
                    language: .en,
                    rules: [RoutingRule(events: patterns("withdrawal.*", "batch.*"))]
                )
            )
        }
        let hook = "\(devnet.url)/slack/services/\(chat)/\(Secret.random())"
        endpoints.append(
            EndpointStore.NewEndpoint(
                name: receivers.operations,
                destination: .slack(try TargetURL(hook, policy: settings.policy)),
                language: .en,
                rules: [
                    RoutingRule(events: patterns("alert.#", "supplier.*", "withdrawal.failed", "notification.send")),
                    RoutingRule(
                        events: patterns("withdrawal.settled"),
                        partners: partners,
                        digestSeconds: digestSeconds
                    ),
                ]
            )
        )
        let registered = endpoints
        try await Operations.withPostgres(stack.environment.variables) { postgres in
            let store = EndpointStore(postgres: postgres, actor: "demo", clock: SystemClock())
            for endpoint in registered { try await store.add(endpoint, sealingWith: box) }
        }
        return receivers
    }

    private static func patterns(_ texts: String...) -> [EventPattern] { texts.compactMap { EventPattern($0) } }
}
