internal import Models
internal import Webhooks

/// The head of a webhook: who it is from, and that it is whole (Standard Webhooks 1.0.0).
enum WebhookHeaders {
    /// What receivers see of us.
    static let userAgent = "Busbar-Notifier/1"

    /// Of one attempt: `webhook-timestamp` is its own moment.
    static func all(
        of event: NotifiedEvent,
        body: [UInt8],
        secrets: EndpointSecrets,
        at now: Timestamp
    ) -> [(name: String, value: String)] {
        let seconds = now.milliseconds / 1000
        let signature = WebhookSignature.header(
            id: event.id,
            timestamp: seconds,
            body: body,
            secrets: secrets.signing(at: now)
        )
        var headers = [
            (name: "content-type", value: "application/json"), (name: "user-agent", value: userAgent),
            (name: WebhookHeaderName.id, value: event.id), (name: WebhookHeaderName.timestamp, value: String(seconds)),
            (name: WebhookHeaderName.signature, value: signature),
        ]
        if let traceparent = event.traceparent { headers.append((name: "traceparent", value: traceparent)) }
        return headers + secrets.headers.map { (name: $0.name, value: $0.value) }
    }
}
