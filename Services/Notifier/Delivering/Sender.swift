internal import Courier
internal import Models
internal import Planning
internal import Webhooks

/// Makes one attempt: writes what an endpoint is sent, sends it, and says what the answer means.
struct Sender: Sendable {
    /// What came of an attempt.
    struct Attempt: Sendable {
        var results: [DeliveryResult] = []
        /// What it did not get to: the first of the next.
        var returned: [PendingDelivery] = []
        /// What it says of the endpoint; `nil`: nothing.
        var outcome: AttemptOutcome?
    }

    /// Chats allow a message a second.
    private static let chatPace = Duration.seconds(1)

    let courier: Courier
    let writer: ChannelWriter
    let configuration: NotifierConfiguration
    let clock: any WallClock
    let schedule = RetrySchedule()

    /// Never throws: whatever happens is a result.
    func attempt(_ deliveries: [PendingDelivery], to endpoint: Endpoint) async -> Attempt {
        let secrets: EndpointSecrets
        switch endpoint.secrets {
        case .success(let known): secrets = known
        case .failure(let problem): return unusable(deliveries, endpoint, "\(problem)")
        }
        switch endpoint.channel {
        case .webhook: return await webhook(deliveries, endpoint, secrets)
        case .slack, .discord, .telegram: return await chat(deliveries, endpoint, secrets)
        case .email: return await mail(deliveries, endpoint, secrets)
        }
    }

    private func webhook(
        _ deliveries: [PendingDelivery],
        _ endpoint: Endpoint,
        _ secrets: EndpointSecrets
    ) async -> Attempt {
        // A webhook's turns are single.
        guard let delivery = deliveries.first else { return Attempt() }
        let now = clock.now()
        let body = WebhookEnvelope.body(of: delivery.event)
        let headers = WebhookHeaders.all(of: delivery.event, body: body, secrets: secrets, at: now)
        let call = await post(secrets.url, headers, body, for: endpoint)
        var attempt = attempt(of: [delivery], endpoint, call, at: now)
        attempt.returned += deliveries.dropFirst()
        return attempt
    }

    private func chat(
        _ deliveries: [PendingDelivery],
        _ endpoint: Endpoint,
        _ secrets: EndpointSecrets
    ) async -> Attempt {
        let messages = writer.messages(
            for: deliveries.map(\.event),
            channel: endpoint.channel,
            language: endpoint.language,
            chat: secrets.chat,
            at: clock.now()
        )
        let url = endpoint.channel == .telegram ? configuration.telegramURL(token: secrets.token ?? "") : secrets.url
        // As many messages as it takes to tell the first one's events whole; the rest are the next turn's.
        var told: Set<Int> = []
        var last: (call: Call, begin: Timestamp)?
        for message in messages {
            if let last {
                guard last.call.outcome == .delivered, !told.isDisjoint(with: message.carried) else { break }
                try? await Task.sleep(for: Self.chatPace)  // Ends early only when the service stops.
            }
            told.formUnion(message.carried)
            let begin = clock.now()
            let headers = [("content-type", message.contentType), ("user-agent", WebhookHeaders.userAgent)]
            last = (await post(url, headers.map { (name: $0.0, value: $0.1) }, message.body, for: endpoint), begin)
        }
        guard let last else { return unusable(deliveries, endpoint, "there is nothing to say") }
        var attempt = attempt(of: told.sorted().map { deliveries[$0] }, endpoint, last.call, at: last.begin)
        attempt.returned += deliveries.indices.filter { !told.contains($0) }.map { deliveries[$0] }
        return attempt
    }

    private func mail(
        _ deliveries: [PendingDelivery],
        _ endpoint: Endpoint,
        _ secrets: EndpointSecrets
    ) async -> Attempt {
        guard configuration.relay != nil, let first = deliveries.first else {
            return unusable(deliveries, endpoint, "no mail relay is configured: set BUSBAR_NOTIFIER_SMTP_URL")
        }
        let now = clock.now()
        let text = writer.mail(for: deliveries.map(\.event), language: endpoint.language, at: now)
        let begin = ContinuousClock.now
        do {
            let envelope = MailEnvelope(
                // The same on every try: a mail that came twice is seen to be one.
                id: first.id.description,
                recipients: try secrets.recipients.map { text throws(MailError) in try MailAddress(text) },
                subject: text.subject,
                plain: text.plain,
                html: text.html,
                date: now
            )
            let receipt = try await courier.mail(envelope)
            let refused = receipt.refused.map { "\($0.recipient): \($0.reply)" }
            let call = Call(
                outcome: .delivered,
                word: "delivered",
                status: 250,
                address: receipt.address,
                detail: refused.isEmpty ? nil : "not taken for " + refused.joined(separator: "; "),
                answer: receipt.reply,
                latency: receipt.latency
            )
            return attempt(of: deliveries, endpoint, call, at: now)
        } catch let error as CourierFailure {
            return attempt(of: deliveries, endpoint, Call(error, latency: .now - begin), at: now)
        } catch {
            let call = Call(outcome: .refused, word: "refused_target", detail: "\(error)", latency: .zero)
            return attempt(of: deliveries, endpoint, call, at: now)
        }
    }
}
