internal import CRabbitMQ

/// The limit that the allocator is measured against: the same messages, rows and event over plain librabbitmq and libpq
/// calls in one thread, without decoding, checking or planning anything.
///
/// Takes what has arrived, up to `batch`, writes it with one statement, publishes the events with confirms, acknowledges
/// with one multiple-ack, and starts over. The confirms of one batch come while the next is written, so that neither broker
/// nor database waits for the other.
struct BareChain: Sendable {
    /// What was measured.
    struct Measurement: Sendable {
        var messages = 0
        var commits = 0
        var cpuSeconds = 0.0
    }

    var broker: BareBroker.Address
    /// libpq connection string.
    var database: String
    var queue: String
    var partner: String
    var batch: Int
    /// Bytes of the address that stands for hot wallet and recipient.
    var wallet: [UInt8]
    /// A `withdrawal.ready` of the usual length.
    var event: [UInt8]
    /// RFC 3339.
    var moment: String
    var notAfter: String
    /// Number of the first message: those before have been written.
    var first: Int

    /// Handles `count` requests that wait in the queue. Blocks its thread.
    func run(count: Int, until stop: BareStop) throws(BareFailure) -> Measurement {
        let consumer = try BareBroker(broker)
        let publisher = try BareBroker(broker)
        let postgres = try BareDatabase(database)
        try publisher.selectConfirms()
        try postgres.prepare("wallet", BareStatements.wallet)
        try postgres.prepare("batch", BareStatements.batch)
        try postgres.run("wallet", [.bytes(wallet), .text(moment)])
        let key = "withdrawal.ready.\(partner)"
        let envelope = BareEnvelope(
            exchange: "busbar.events",
            key: key,
            type: "withdrawal.ready.v1",
            user: nil,
            seconds: 1_700_000_000
        )
        let messageID = Array("01890000-0000-7000-8000-000000000000".utf8)
        let fingerprint = [UInt8](repeating: 7, count: 32)
        try consumer.consume(queue, prefetch: batch * 4)

        var done = Measurement()
        var unacknowledged: UInt64?
        let begin = BareClock.thread()
        while done.messages < count {
            try stop.check()
            let (taken, last) = try take(from: consumer)
            let number = first + done.messages
            try postgres.run(
                "batch",
                [
                    .text("\(number)"), .text("\(taken)"), .text(partner), .bytes(wallet), .bytes(event), .text(moment),
                    .text(notAfter), .text(key), .bytes(fingerprint),
                ]
            )
            if let unacknowledged {
                try publisher.confirm()
                consumer.acknowledge(upTo: unacknowledged)
            }
            for offset in 0..<taken {
                let correlation = Array("\(partner):limit-\(number + offset)".utf8)
                try publisher.publish(
                    BareMessage(messageID: messageID, correlationID: correlation, body: event),
                    envelope
                )
            }
            unacknowledged = last
            done.messages += taken
            done.commits += 1
        }
        try publisher.confirm()
        if let unacknowledged { consumer.acknowledge(upTo: unacknowledged) }
        done.cpuSeconds = BareClock.thread() - begin
        return done
    }

    /// Waits for the first, and takes with it what has arrived of the others.
    private func take(from consumer: BareBroker) throws(BareFailure) -> (count: Int, last: UInt64) {
        guard var last = try consumer.take(waiting: 10, { $0.delivery_tag }) else {
            throw BareFailure("broker: no request within 10 s")
        }
        var count = 1
        while count < batch, let tag = try consumer.take(waiting: 0, { $0.delivery_tag }) {
            last = tag
            count += 1
        }
        return (count, last)
    }
}
