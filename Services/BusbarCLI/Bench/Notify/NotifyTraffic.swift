internal import LocalStack

/// The house's side of the benchmark of notifications: publishes events by plain librabbitmq calls, in threads of its own.
struct NotifyTraffic: Sendable {
    /// How an offered rate was kept.
    struct Offer: Sendable {
        /// When the first event was due, in seconds of ``BareClock``.
        var start: Double
        var perSecond: Double
        /// How much later than due an event was published, at most, in seconds.
        var latest = 0.0

        /// When an event was due, by its place among those offered.
        func due(_ place: Int) -> Double { start + Double(place) / perSecond }
    }

    var broker: BareBroker.Address
    var plan: NotifyPlan
    var messages: NotifyMessages
    /// Seconds since 1970, for what is published.
    var seconds: UInt64

    /// A quorum queue of its own for the bare deliveries.
    static let limitQueue = "bench.deliveries"

    /// Publishes at a rate, whatever comes of it, and waits for the broker's confirms at the end.
    func offer(_ events: Range<Int>, perSecond rate: Double) async throws -> Offer {
        try await onBareThread { stop throws(BareFailure) in
            let connection = try BareBroker(broker)
            try connection.selectConfirms()
            let (envelope, keys) = addresses(nil)
            var offer = Offer(start: BareClock.now() + 0.2, perSecond: rate)
            for (place, event) in events.enumerated() {
                let moment = offer.due(place)
                BareClock.sleep(until: moment)
                try stop.check()
                try publish(event, connection, envelope, keys, after: UInt64(Double(place) / rate))
                try connection.takeConfirms()
                offer.latest = max(offer.latest, BareClock.now() - moment)
            }
            try connection.confirm()
            return offer
        }
    }

    /// Publishes as fast as the broker confirms.
    /// - Parameter queue: past the exchange, into this queue alone.
    func load(_ events: Range<Int>, into queue: String? = nil) async throws {
        try await onBareThread { stop throws(BareFailure) in
            let connection = try BareBroker(broker)
            try connection.selectConfirms()
            let (envelope, keys) = addresses(queue)
            for (place, event) in events.enumerated() {
                try stop.check()
                try publish(event, connection, envelope, keys, after: 0)
                if place % 1000 == 999 { try connection.confirm() }
            }
            try connection.confirm()
        }
    }

    private func publish(
        _ event: Int,
        _ connection: BareBroker,
        _ envelope: BareEnvelope,
        _ keys: [BareText],
        after elapsed: UInt64
    ) throws(BareFailure) {
        let endpoint = plan.recipient(of: event)
        if !keys.isEmpty { envelope.key = keys[endpoint] }
        envelope.seconds = seconds + elapsed
        try connection.publish(messages.message(event, for: endpoint), envelope)
    }

    /// What all events share, and the routing key of each endpoint's.
    private func addresses(_ queue: String?) -> (BareEnvelope, [BareText]) {
        let envelope = BareEnvelope(
            exchange: queue == nil ? "busbar.events" : "",
            key: queue ?? NotifyMessages.type,
            type: NotifyMessages.wireType,
            user: broker.user,
            seconds: seconds
        )
        guard queue == nil else { return (envelope, []) }
        let keys = plan.kinds.indices.map { BareText("\(NotifyMessages.type).\(NotifyMessages.partner($0))") }
        return (envelope, keys)
    }
}
