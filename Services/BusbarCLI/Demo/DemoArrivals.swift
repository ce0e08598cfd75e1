/// What has come to the receivers of a demo, read from the devnet as it comes, because it keeps the newest alone.
actor DemoArrivals {
    private struct Seen {
        var ids: Set<String> = []
        var last = 0
        var accepted = 0
        var duplicates = 0
        var verified = 0
        var refused = 0
    }

    private let devnet: DevnetControl
    private let receivers: DemoReceivers
    private var seen: [String: Seen] = [:]
    private var messages = (last: 0, count: 0)

    init(_ receivers: DemoReceivers, devnet: DevnetControl) {
        self.receivers = receivers
        self.devnet = devnet
    }

    /// Reads again and again until the task is cancelled.
    func follow() async throws {
        while true {
            // A reading that fails is made again; the last one, which counts, says why when it does.
            try? await read()
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Reads what is new.
    func read() async throws {
        for webhook in receivers.webhooks {
            let sink = try await devnet.sink(webhook.name, after: seen[webhook.name]?.last ?? 0)
            var entry = seen[webhook.name] ?? Seen()
            for delivery in sink.deliveries where delivery.number > entry.last {
                entry.last = delivery.number
                if delivery.status == 200, delivery.verdict == "verified", let id = delivery.id { entry.ids.insert(id) }
            }
            (entry.accepted, entry.duplicates) = (sink.accepted, sink.duplicates)
            (entry.verified, entry.refused) = (sink.verified, sink.refused)
            seen[webhook.name] = entry
        }
        let chat = try await devnet.chat("slack", after: messages.last)
        for message in chat.messages where message.number > messages.last {
            messages.last = message.number
            if message.to == receivers.chat { messages.count += 1 }
        }
    }

    /// How many of these messages have arrived, by the endpoint's name and genuine.
    func arrived(of heard: [String: Set<String>]) -> Int {
        heard.reduce(0) { $0 + $1.value.intersection(seen[$1.key]?.ids ?? []).count }
    }

    /// What the receiver behind an endpoint has counted.
    func counts(of endpoint: String) -> DemoDeliveries.Counts {
        guard endpoint != receivers.operations else { return DemoDeliveries.Counts(requests: messages.count) }
        let entry = seen[endpoint] ?? Seen()
        return DemoDeliveries.Counts(
            requests: entry.accepted + entry.refused,
            verified: entry.verified,
            duplicates: entry.duplicates
        )
    }
}
