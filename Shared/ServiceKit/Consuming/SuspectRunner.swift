internal import Logging
internal import Messaging

/// Runs the slow lane: each suspect is counted, committed, then handled alone.
struct SuspectRunner: Sendable {
    /// After so many counted tries a message is parked.
    static let limit = 5

    let consumer: QueueConsumer
    let lane: SlowLane
    let isStopping: @Sendable () -> Bool

    func run() async {
        let watch = consumer.health.loop("consume \(consumer.queue) (slow lane)")
        defer { consumer.health.forget(watch) }
        let turn = Turn(consumer: consumer, watch: watch, lane: lane, isStopping: isStopping)
        while let suspect = await lane.next() {
            // Of a lost channel: it comes again, and is counted then.
            guard suspect.batch.isCurrent else { continue }
            watch.turned()
            await handle(suspect, turn)
            watch.waits()
        }
    }

    private func handle(_ suspect: SlowLane.Suspect, _ turn: Turn) async {
        let delivery = suspect.delivery
        let attempts: Int
        do {
            switch try await consumer.processor.count(delivery) {
            case .handledBefore:
                suspect.batch.acknowledge([delivery])
                return
            case .counted(let number): attempts = number
            }
            if attempts > Self.limit {
                let reason = suspect.lastError ?? "its worker ended while it was handled"
                try await consumer.processor.park(delivery, reason: reason, attempts: attempts - 1)
                suspect.batch.acknowledge([delivery])
                consumer.logger.error(
                    "a message is parked",
                    metadata: [
                        "queue": "\(consumer.queue)", "message.id": "\(delivery.properties.messageID ?? "none")",
                        "reason": "\(reason)", "attempts": .stringConvertible(attempts - 1),
                    ]
                )
                return
            }
        } catch {
            // Not counted or not parked: the database is not there, or we are being stopped.
            if turn.isStopping() { suspect.batch.requeue([delivery]) } else { lane.postpone(suspect) }
            return
        }
        switch await turn.attempt([delivery]) {
        case .done:
            suspect.batch.acknowledge([delivery])
            CrashPoint.hit(.ack)
        case .givenUp:
            suspect.batch.requeue([delivery])
        case .failed(let error):
            consumer.logger.warning(
                "a message failed",
                error: error,
                metadata: [
                    "queue": "\(consumer.queue)", "message.id": "\(delivery.properties.messageID ?? "none")",
                    "attempt": .stringConvertible(attempts),
                ]
            )
            var suspect = suspect
            suspect.lastError = "\(error)"
            lane.postpone(suspect)
        }
    }
}
