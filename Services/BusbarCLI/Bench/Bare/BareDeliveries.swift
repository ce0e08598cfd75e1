internal import CRabbitMQ
internal import LocalStack
internal import Models
internal import ServiceKit
internal import Webhooks

/// The limit that the notifier is measured against: the same messages, rows, signatures and requests over plain
/// librabbitmq, libpq and socket calls in one thread, without routing, planning or checking anything.
///
/// Takes what has arrived, up to ``batch``, stores it with one statement, sends all its requests over connections that stay
/// open, reads the answers, and stores the outcomes with another.
struct BareDeliveries: Sendable {
    /// As many messages as the notifier takes at once.
    private static let batch = 200

    private let broker: BareBroker.Address
    /// libpq connection string.
    private let database: String
    private let world: NotifyWorld

    init(_ world: NotifyWorld, _ broker: BareBroker.Address, database: String) {
        self.world = world
        self.broker = broker
        self.database = database
    }

    /// Delivers events that wait in the queue. Blocks its thread.
    /// - Returns: CPU seconds.
    func run(_ events: Range<Int>, until stop: BareStop) throws(BareFailure) -> Double {
        let consumer = try BareBroker(broker)
        let publisher = try BareBroker(broker)
        let postgres = try BareDatabase(database)
        let receivers = BareReceivers(port: world.sink.port, count: world.plan.kinds.count)
        try publisher.selectConfirms()
        try postgres.prepare("intake", BareDeliveryStatements.intake)
        try postgres.prepare("outcome", BareDeliveryStatements.outcome)
        let envelope = BareEnvelope(
            exchange: "busbar.events",
            key: "notification.delivered",
            type: "notification.delivered.v1",
            user: nil,
            seconds: UInt64(max(0, SystemClock().now().milliseconds / 1000))
        )
        try consumer.consume(NotifyTraffic.limitQueue, prefetch: Self.batch * 4)
        let begin = BareClock.thread()
        var next = events.lowerBound
        while next < events.upperBound {
            try stop.check()
            let (taken, last) = try take(from: consumer)
            let batch = Batch(next..<min(next + taken, events.upperBound), world)
            try postgres.run(
                "intake",
                [
                    .text("\(next)"), .text(batch.endpoints), .text(batch.shards), .text(batch.partners),
                    .text(batch.body), .text("\(batch.moment)"),
                ]
            )
            consumer.acknowledge(upTo: last)
            for event in batch.events { try post(event, batch.moment, receivers) }
            for event in batch.events { try receivers.receive(from: world.plan.recipient(of: event)) }
            let told = batch.told
            try postgres.run(
                "outcome",
                [.text("\(next)"), .text(batch.endpoints), .text("\(batch.moment)"), .bytes(told)]
            )
            // The confirm comes while the next batch is delivered.
            try publisher.confirm()
            try publisher.publish(BareMessage(messageID: batch.name, correlationID: batch.name, body: told), envelope)
            next += taken
        }
        try publisher.confirm()
        return BareClock.thread() - begin
    }

    /// Waits for the first, and takes with it what has arrived of the others.
    private func take(from consumer: BareBroker) throws(BareFailure) -> (count: Int, last: UInt64) {
        guard var last = try consumer.take(waiting: 10, { $0.delivery_tag }) else {
            throw BareFailure("broker: no event within 10 s")
        }
        var count = 1
        while count < Self.batch, let tag = try consumer.take(waiting: 0, { $0.delivery_tag }) {
            last = tag
            count += 1
        }
        return (count, last)
    }

    /// Signs and sends one.
    private func post(_ event: Int, _ now: Timestamp, _ receivers: BareReceivers) throws(BareFailure) {
        let endpoint = world.plan.recipient(of: event)
        let id = world.messages.messageID(event).description
        let time = now.milliseconds / 1000
        let body =
            NotifyMessages.envelopeStart + Array("\(now)\",\"data\":".utf8)
            + world.messages.body(event, for: endpoint) + [UInt8(ascii: "}")]
        let signature = WebhookSignature.header(id: id, timestamp: time, body: body, secrets: [world.secrets[endpoint]])
        let head = """
            POST /e/\(endpoint) HTTP/1.1\r
            host: \(NotifySink.host(endpoint)):\(world.sink.port)\r
            content-type: application/json\r
            content-length: \(body.count)\r
            \(WebhookHeaderName.id): \(id)\r
            \(WebhookHeaderName.timestamp): \(time)\r
            \(WebhookHeaderName.signature): \(signature)\r
            \r

            """
        try receivers.send(Array(head.utf8) + body, to: endpoint)
    }

    /// Some events in a row, as the statements take them.
    private struct Batch {
        let events: Range<Int>
        let moment = SystemClock().now()
        let endpoints: String
        let shards: String
        let partners: String
        let body: String
        private let ids: [UUIDv7]

        init(_ events: Range<Int>, _ world: NotifyWorld) {
            let recipients = events.map(world.plan.recipient)
            self.events = events
            ids = recipients.map { world.endpoints[$0] }
            func list(_ texts: [String]) -> String { "{" + texts.joined(separator: ",") + "}" }
            endpoints = list(ids.map(\.description))
            shards = list(ids.map { "\($0.low & 31)" })
            partners = list(recipients.map(NotifyMessages.partner))
            body = String(decoding: world.messages.body(events.lowerBound, for: recipients.first ?? 0), as: UTF8.self)
        }

        var name: [UInt8] { Array("bench-\(events.lowerBound)".utf8) }

        /// About as long as a `notification.delivered` of as many deliveries.
        var told: [UInt8] {
            let entries = ids.map {
                #"{"delivery_id":"\#($0)","event_id":"\#($0)","event_type":"withdrawal.ready","endpoint":"bench-0000","#
                    + #""channel":"webhook","partner_id":"bench-0000","attempts":1,"latency_ms":10}"#
            }
            return Array(#"{"deliveries":[\#(entries.joined(separator: ","))],"at":"\#(moment)"}"#.utf8)
        }
    }
}
