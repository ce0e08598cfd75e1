internal import CRabbitMQ
internal import LocalStack

/// The upstream's side of the benchmark: asks, and hears what is ready. Plain librabbitmq in threads of its own, so that it
/// takes as little of the machine as it can.
struct BenchTraffic: Sendable {
    var broker: BareBroker.Address
    var partner: String
    var requestQueue: String
    var eventQueue: String

    /// Publishes requests as fast as the broker confirms them.
    func preload(_ messages: ArraySlice<BareMessage>) async throws {
        try await Self.load(messages, exchange: "busbar.commands", key: "withdrawal.request", at: broker)
    }

    /// Publishes requests, with one confirm wait for 1,000.
    static func load(
        _ messages: ArraySlice<BareMessage>,
        exchange: String,
        key: String,
        at address: BareBroker.Address
    ) async throws {
        try await onOwnThread { () throws(BareFailure) in
            let connection = try BareBroker(address)
            try connection.selectConfirms()
            let envelope = BareEnvelope(
                exchange: exchange,
                key: key,
                type: "withdrawal.request.v1",
                user: address.user,
                seconds: 1_700_000_000
            )
            for (index, message) in messages.enumerated() {
                try connection.publish(message, envelope)
                if index % 1000 == 999 { try connection.confirm() }
            }
            try connection.confirm()
        }
    }

    /// Publishes at a rate, whatever comes back.
    /// - Returns: when each was due: a late one has waited already.
    func offer(_ messages: ArraySlice<BareMessage>, perSecond rate: Double) async throws -> [Double] {
        try await onBareThread { stop throws(BareFailure) in
            let connection = try BareBroker(broker)
            let envelope = BareEnvelope(
                exchange: "busbar.commands",
                key: "withdrawal.request",
                type: "withdrawal.request.v1",
                user: broker.user,
                seconds: 1_700_000_000
            )
            let start = BareClock.now() + 0.2
            var due: [Double] = []
            due.reserveCapacity(messages.count)
            for (index, message) in messages.enumerated() {
                let moment = start + Double(index) / rate
                BareClock.sleep(until: moment)
                try stop.check()
                try connection.publish(message, envelope)
                due.append(moment)
            }
            return due
        }
    }

    /// Hears `count` withdrawals getting ready. Everything in the queue is taken.
    /// - Parameters:
    ///   - first: the number at the end of the first one's id.
    ///   - patience: seconds without any after which it gives up.
    /// - Returns: when each was heard, in order of their numbers; nil for those that were not.
    func hear(_ count: Int, from first: Int, patience: Double = 30) async throws -> [Double?] {
        try await onBareThread { stop throws(BareFailure) in
            let connection = try BareBroker(broker)
            try connection.consume(eventQueue, prefetch: nil)
            var heard = [Double?](repeating: nil, count: count)
            var missing = count
            var last = BareClock.now()
            while missing > 0, BareClock.now() - last < patience {
                try stop.check()
                let number = try connection.take(waiting: 0.5) { Self.number(of: $0) }
                guard let number else { continue }
                let index = number - first
                guard heard.indices.contains(index), heard[index] == nil else { continue }
                last = BareClock.now()
                heard[index] = last
                missing -= 1
            }
            return heard
        }
    }

    /// One request after another, each when the one before is ready.
    /// - Returns: seconds that each took; nil when one was not ready in time.
    func ask(oneByOne messages: ArraySlice<BareMessage>, from first: Int) async throws -> [Double?] {
        try await onBareThread { stop throws(BareFailure) in
            let listener = try BareBroker(broker)
            try listener.consume(eventQueue, prefetch: nil)
            let publisher = try BareBroker(broker)
            let envelope = BareEnvelope(
                exchange: "busbar.commands",
                key: "withdrawal.request",
                type: "withdrawal.request.v1",
                user: broker.user,
                seconds: 1_700_000_000
            )
            var took: [Double?] = []
            for (index, message) in messages.enumerated() {
                try stop.check()
                // Longer than anything that follows a commit.
                BareClock.sleep(until: BareClock.now() + 0.1)
                let begin = BareClock.now()
                try publisher.publish(message, envelope)
                let isHeard = try Self.hears(first + index, listener)
                took.append(isHeard ? BareClock.now() - begin : nil)
            }
            return took
        }
    }

    /// Waits for one withdrawal; false when it does not get ready in time.
    private static func hears(_ number: Int, _ listener: BareBroker) throws(BareFailure) -> Bool {
        while let heard = try listener.take(waiting: 5, { Self.number(of: $0) }) {
            if heard == number { return true }
        }
        return false
    }

    /// The number at the end of the correlation id of a `withdrawal.ready`; -1 for other events.
    private static func number(of envelope: amqp_envelope_t) -> Int {
        let properties = envelope.message.properties
        let type = UnsafeRawBufferPointer(start: properties.type.bytes, count: properties.type.len)
        guard type.elementsEqual("withdrawal.ready.v1".utf8) else { return -1 }
        var number = 0
        var place = 1
        let id = UnsafeRawBufferPointer(start: properties.correlation_id.bytes, count: properties.correlation_id.len)
        for byte in id.reversed() {
            guard (48...57).contains(byte) else { break }
            number += Int(byte - 48) * place
            place *= 10
        }
        return number
    }
}
