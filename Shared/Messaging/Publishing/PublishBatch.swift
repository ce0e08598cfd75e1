internal import Synchronization

/// One call of `publish`, while it waits. Belongs to the connection's thread.
final class PublishBatch {
    typealias Continuation = CheckedContinuation<Result<[PublishOutcome], MessagingError>, Never>

    let messages: [OutgoingMessage]
    let deadline: ContinuousClock.Instant
    private var outcomes: [PublishOutcome?]
    private var sent: [Bool]
    private var left: Int
    private var continuation: Continuation?
    private let ticket: PublishTicket

    init(
        _ messages: [OutgoingMessage],
        deadline: ContinuousClock.Instant,
        _ ticket: PublishTicket,
        _ continuation: Continuation
    ) {
        self.messages = messages
        self.ticket = ticket
        self.deadline = deadline
        self.continuation = continuation
        outcomes = Array(repeating: nil, count: messages.count)
        sent = Array(repeating: false, count: messages.count)
        left = messages.count
    }

    var id: ObjectIdentifier { ObjectIdentifier(ticket) }

    /// Whether its caller has been answered.
    var isFinished: Bool { continuation == nil }

    func willSend(_ index: Int) { sent[index] = true }

    /// - Returns: whether that was the last one, and the caller has been answered.
    func settle(_ index: Int, _ outcome: PublishOutcome) -> Bool {
        guard outcomes[index] == nil else { return false }
        outcomes[index] = outcome
        left -= 1
        guard left == 0, let continuation else { return false }
        self.continuation = nil
        continuation.resume(returning: .success(outcomes.compactMap { $0 }))
        return true
    }

    func fail(_ error: MessagingError) {
        guard let continuation else { return }
        self.continuation = nil
        var error = error
        error.outcomes = outcomes
        error.inDoubt = messages.indices.filter { sent[$0] && outcomes[$0] == nil }
        continuation.resume(returning: .failure(error))
    }
}

/// Lets a cancelled caller be found, also when the cancellation comes before the call has reached the thread.
final class PublishTicket: Sendable {
    private let cancelled = Atomic(false)

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }
}

/// A message of a batch on its way.
struct PublishSlot {
    let batch: PublishBatch
    let index: Int
    /// The broker has given it back; its confirm is still to come.
    var returned: PublishOutcome?
    /// How often the broker has refused it.
    var refusals = 0

    /// As it was before it was sent.
    var unreturned: PublishSlot { PublishSlot(batch: batch, index: index, refusals: refusals) }

    var message: OutgoingMessage { batch.messages[index] }
}
