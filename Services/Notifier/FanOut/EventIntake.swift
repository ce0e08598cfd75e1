internal import FoundationEssentials
internal import Messaging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Telemetry
internal import Webhooks

/// Takes events in: stores those that somebody is to be told of, and hands their deliveries on.
struct EventIntake: Sendable {
    /// Routing keys of what is heard: everything but what is told of notifications themselves, which would never end.
    static let patterns = [
        "withdrawal.#", "allocation.#", "batch.#", "acquisition.#", "alert.#", "pool.#", "wallet.#", "supplier.#",
        "price.#",
        "chain.#", "policy.#", "report.#",
    ]

    /// What is read of a body here: the rest is passed on as it came.
    private struct Particulars: Decodable {
        var severity: String?
    }

    let directory: EndpointDirectory
    let dispatcher: Dispatcher

    /// One batch.
    func handle(_ deliveries: [Delivery], _ work: UnitOfWork) async throws -> BatchResult {
        var result = BatchResult()
        let endpoints = try await directory.refresh(in: work.database)
        var events: [NotifiedEvent] = []
        var new: [EventStore.NewDelivery] = []
        for (position, delivery) in deliveries.enumerated() {
            do {
                let event = try Self.event(of: delivery, at: work.now)
                let own = Self.route(event, endpoints.candidates(for: event.partner), at: work.now)
                if !own.isEmpty { events.append(event) }
                new += own
            } catch {
                result.park(position, "\(error)")
            }
        }
        hand(new, events, to: endpoints, origin: "event", work)
        return result
    }

    /// Stores deliveries in the transaction; after its commit those that are due go on from memory.
    func hand(
        _ new: [EventStore.NewDelivery],
        _ events: [NotifiedEvent],
        to endpoints: EndpointDirectory.Snapshot,
        origin: String,
        _ work: UnitOfWork
    ) {
        guard !new.isEmpty else { return }
        work.finish(with: EventStore.insertion(of: events, new, origin: origin, at: work.now))
        let due = new.filter { $0.dueAt <= work.now }.map {
            PendingDelivery(id: $0.id, endpoint: $0.endpoint, event: $0.event, attempts: 0, tries: 0)
        }
        let dispatcher = dispatcher
        work.afterCommit { dispatcher.offer(due, to: endpoints) }
    }

    /// Who is told of an event, and when.
    static func route(_ event: NotifiedEvent, _ endpoints: [Endpoint], at now: Timestamp) -> [EventStore.NewDelivery] {
        let routed = RoutedEvent(type: event.type, partner: event.partner, severity: event.severity)
        return endpoints.compactMap { endpoint in
            let due = Planning.route(
                routed,
                rules: endpoint.rules,
                owner: endpoint.partner,
                isForPeople: endpoint.channel.isForPeople,
                at: now
            )
            guard let due else { return nil }
            return EventStore.NewDelivery(
                id: UUIDv7(at: now),
                endpoint: endpoint.id,
                shard: endpoint.shard,
                event: event,
                dueAt: due
            )
        }
    }

    /// A delivery of the broker as it is stored.
    /// - Throws: ``UnusableEvent``.
    static func event(of delivery: Delivery, at now: Timestamp) throws(UnusableEvent) -> NotifiedEvent {
        let properties = delivery.properties
        guard let id = properties.messageID, id.utf8.count <= 64, WebhookSignature.isSignable(id: id) else {
            throw UnusableEvent(
                "its message_id is absent, longer than 64 characters, or has dots, blanks or other than ASCII"
            )
        }
        guard let wireType = properties.type, let type = MessageName.type(ofWireName: wireType) else {
            throw UnusableEvent("its type is not of the form name.v1")
        }
        guard delivery.body.count <= MessageCodec.maximumBodySize else {
            throw UnusableEvent("\(delivery.body.count) bytes")
        }
        let particulars: Particulars
        do {
            particulars = try JSONDecoder().decode(Particulars.self, from: Data(delivery.body))
        } catch {
            throw UnusableEvent("its body is not a JSON object: \(error)")
        }
        var partner: PartnerID?
        if delivery.routingKey.hasPrefix(type + ".") {
            partner = PartnerID(String(delivery.routingKey.dropFirst(type.count + 1)))
        }
        return NotifiedEvent(
            id: id,
            storedAt: now,
            type: type,
            wireType: wireType,
            partner: partner,
            correlationID: properties.correlationID,
            severity: particulars.severity.flatMap(AlertSeverity.init),
            occurredAt: properties.timestamp ?? now,
            traceparent: delivery.trace?.traceparent,
            body: String(decoding: delivery.body, as: UTF8.self)
        )
    }
}

/// What cannot be passed on, ever.
struct UnusableEvent: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
