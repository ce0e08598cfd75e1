internal import Models
internal import Webhooks

/// What one sink knows: its secrets, how it behaves, and what came.
struct SinkBook: Sendable {
    /// How many deliveries are kept.
    static let limit = 1_000

    /// Any of them may have made a signature: two while one is replaced.
    var secrets: [WebhookSecret] = []
    var behaviour = SinkBehaviour()
    private(set) var received = 0
    /// Answered with 200; of these, those whose id had been accepted before.
    private(set) var accepted = 0
    private(set) var duplicates = 0
    private(set) var verified = 0
    /// For want of a genuine signature.
    private(set) var refused = 0
    /// Struck by the sink's mode.
    private(set) var failed = 0
    /// Accepted without an id.
    private(set) var nameless = 0
    private(set) var deliveries = Recent<SinkDelivery>(limit: limit)
    /// Of what was accepted, as numbers: an id takes eight bytes.
    private(set) var ids: Set<Int> = []
    /// Whether there was room to remember every id.
    private(set) var knowsAllIDs = true
    /// What the deliveries take that are kept.
    private(set) var bytes = 0

    /// Enters a delivery and decides what it is answered.
    mutating func take(_ delivery: inout SinkDelivery, remembersIDs: Bool) -> SinkReply {
        received += 1
        defer { keep(delivery) }
        if case .refused(let reason) = delivery.verdict {
            refused += 1
            delivery.status = 401
            return SinkReply(
                kind: .answer(status: 401, retryAfter: nil, location: nil, body: ["error": .string(reason)])
            )
        }
        if delivery.verdict == .verified { verified += 1 }
        switch behaviour.next() {
        case .ok:
            delivery.status = 200
            let isNew = accept(delivery, remembersIDs: remembersIDs)
            return SinkReply(
                kind: .answer(status: 200, retryAfter: nil, location: nil, body: ["new": .bool(isNew)]),
                latency: behaviour.latency
            )
        case .hang:
            failed += 1
            return SinkReply(kind: .hang)
        case .drop:
            failed += 1
            return SinkReply(kind: .drop, latency: behaviour.latency)
        case .status(let status, let retryAfter, let location):
            failed += 1
            delivery.status = status
            return SinkReply(
                kind: .answer(
                    status: status,
                    retryAfter: retryAfter,
                    location: location,
                    body: ["error": "the sink was told to answer so"]
                ),
                latency: behaviour.latency
            )
        }
    }

    private mutating func accept(_ delivery: SinkDelivery, remembersIDs: Bool) -> Bool {
        accepted += 1
        guard let id = delivery.id else {
            nameless += 1
            return true
        }
        if ids.contains(id.hashValue) {
            duplicates += 1
            return false
        }
        if remembersIDs { ids.insert(id.hashValue) } else { knowsAllIDs = false }
        return true
    }

    private mutating func keep(_ delivery: SinkDelivery) {
        bytes += delivery.bytes
        if let old = deliveries.append(delivery) { bytes -= old.bytes }
    }

    /// Makes room.
    mutating func forgetOlderHalf() {
        for _ in 0..<(deliveries.count + 1) / 2 {
            if let old = deliveries.removeFirst() { bytes -= old.bytes }
        }
    }

    func summary(_ name: String) -> JSON {
        let newest = deliveries.after(deliveries.last - 1).first?.element
        var fields = Fields()
        fields.add("name", name)
        fields.add("received", Int64(received))
        fields.add("accepted", Int64(accepted))
        fields.add("unique", Int64(accepted - duplicates - nameless))
        fields.add("duplicates", Int64(duplicates))
        fields.add("verified", Int64(verified))
        fields.add("refused", Int64(refused))
        fields.add("failed", Int64(failed))
        if !knowsAllIDs { fields.add("knows_all_ids", .bool(false)) }
        fields.add("last_type", newest?.type.map { .string($0) })
        fields.add("last_at", newest.map { .string($0.at.description) })
        fields.add("secrets", Int64(secrets.count))
        behaviour.add(to: &fields)
        return fields.json
    }
}
