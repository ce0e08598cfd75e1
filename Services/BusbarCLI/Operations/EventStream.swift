internal import FoundationEssentials
internal import Messaging
internal import Models
internal import ServiceKit

/// A queue of one's own that hears events, for as long as somebody looks.
struct EventStream: Sendable {
    let operations: Operations
    /// Only events about this partner's withdrawals, and its alerts.
    let partner: PartnerID?

    /// One event as it was heard.
    struct Event: Codable, Sendable {
        var type: String
        var messageID: String?
        /// Domain time of its cause.
        var at: Timestamp?
        var correlationID: String?
        var body: JSONTree

        enum CodingKeys: String, CodingKey {
            case type, at, body
            case messageID = "message_id"
            case correlationID = "correlation_id"
        }

        init(_ delivery: Delivery) {
            type = delivery.properties.type ?? delivery.routingKey
            messageID = delivery.properties.messageID
            at = delivery.properties.timestamp
            correlationID = delivery.properties.correlationID
            body = JSONTree(body: delivery.body) ?? .text(String(decoding: delivery.body.prefix(4096), as: UTF8.self))
        }

        /// Without the version.
        var name: String {
            guard let dot = type.lastIndex(of: "."), type[dot...].dropFirst().first == "v" else { return type }
            return String(type[..<dot])
        }

        /// Whether nothing follows for its withdrawal.
        var isOutcome: Bool {
            ["settled", "cancelled", "expired", "failed", "rejected"].contains { name == "withdrawal.\($0)" }
        }
    }

    /// Hears events from now on until `take` returns false.
    /// - Parameters:
    ///   - onceBound: called when the queue hears, before the first event is taken.
    ///   - take: one event; false ends it.
    func follow(
        onceBound: @escaping @Sendable () async throws -> Void = {},
        _ take: @escaping @Sendable (Event) async throws -> Bool
    ) async throws {
        let queue = Self.prefix + UUIDv7(at: operations.clock.now()).description
        let kinds = ["withdrawal", "allocation", "batch", "alert"]
        let patterns = partner.map { partner in kinds.map { "\($0).*.\(partner)" } } ?? ["#"]
        let topology = Topology(
            queues: [.init(queue, .classic)],
            bindings: patterns.map { .init(exchange: Exchanges.events, queue: queue, routingKey: $0) }
        )
        do {
            try await operations.withMessaging(topology: Topology.house.merging(topology)) { client in
                try await client.waitUntilConnected()
                try await onceBound()
                for await batch in client.deliveries(from: queue, prefetch: 500) {
                    for delivery in batch {
                        guard try await take(Event(delivery)) else { return }
                    }
                    batch.acknowledge()
                }
            }
        } catch {
            await remove(queue)
            throw error
        }
        await remove(queue)
    }

    /// The broker removes those of killed programs by a policy on this name.
    static let prefix = "watch."

    private func remove(_ queue: String) async {
        // In a task of its own, because ours may have been cancelled: that is how watching ends. When it fails the
        // broker removes the queue itself, as nobody uses it any more.
        await Task { try? await operations.withBroker { try await $0.deleteQueue(queue) } }.value
    }
}
