internal import Models
internal import Planning
internal import Webhooks

/// Where events go: an endpoint as this replica knows it.
struct Endpoint: Sendable {
    let id: UUIDv7
    /// What people call it.
    let name: String
    /// Whose it is; `nil`: operations'.
    let partner: PartnerID?
    let channel: NotificationChannel
    let language: Language
    let rules: [RoutingRule]
    let ratePerMinute: Int
    let inFlight: Int
    /// Which replica sends.
    let shard: Int
    /// Addresses, tokens and signing secrets; or why they cannot be read.
    let secrets: Result<EndpointSecrets, EndpointProblem>
    /// Of failures without a success between them, when it was read.
    let failures: Int
}

/// Why nothing can be sent to an endpoint as it is registered.
struct EndpointProblem: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// One of what is to be delivered: an event and where it goes.
struct PendingDelivery: Sendable, Identifiable {
    let id: UUIDv7
    let endpoint: UUIDv7
    let event: NotifiedEvent
    /// Attempts before.
    let attempts: Int
    /// Those since it was made or replayed, by which the next wait is chosen.
    let tries: Int
}
