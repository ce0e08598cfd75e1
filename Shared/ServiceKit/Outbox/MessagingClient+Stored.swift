internal import Logging
internal import Messaging
internal import Models

extension MessagingClient {
    /// Publishes rows of the outbox.
    /// - Returns: the rows the broker has confirmed. The others stay, for the relay to try again.
    func publishStored(_ batch: [StoredMessage], timeout: Duration, logger: Logger) async -> [UUIDv7] {
        let outcomes: [PublishOutcome?]
        do {
            outcomes = try await publish(batch.map(\.message), timeout: timeout)
        } catch  where batch.count > 1 && [.messageTooLarge, .invalidMessage].contains(error.code) {
            // Nothing was sent because of one of them: the others must not suffer for it.
            var confirmed: [UUIDv7] = []
            for stored in batch {
                confirmed += await publishStored([stored], timeout: timeout, logger: logger)
            }
            return confirmed
        } catch {
            outcomes = error.outcomes
            if error.code != .stopped, error.code != .cancelled {
                logger.warning("messages wait in the outbox", error: error, metadata: ["count": "\(batch.count)"])
            }
        }
        var confirmed: [UUIDv7] = []
        confirmed.reserveCapacity(batch.count)
        for (stored, outcome) in zip(batch, outcomes) {
            switch outcome {
            case .confirmed: confirmed.append(stored.id)
            case nil: break
            case .returned(let code, let text):
                logger.error(
                    "no queue takes a message",
                    metadata: describe(stored, "\(code) \(text)")
                )
            case .refused(let reason):
                logger.error("the broker refuses a message", metadata: describe(stored, reason))
            }
        }
        return confirmed
    }

    private func describe(_ stored: StoredMessage, _ reason: String) -> Logger.Metadata {
        [
            "exchange": "\(stored.message.exchange)", "routing.key": "\(stored.message.routingKey)",
            "message.id": "\(stored.message.properties.messageID ?? "none")", "reason": "\(reason)",
        ]
    }
}
