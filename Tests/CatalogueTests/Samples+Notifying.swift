import Models
import Testing

/// What is told to people, and what became of telling it.
extension Samples {
    static func notification(_ partner: PartnerID) throws -> NotificationSend {
        NotificationSend(
            notificationID: try #require(UUIDv7("019a0000-0000-7000-8000-0000000000b1")),
            endpoint: "ops-slack",
            severity: .warning,
            title: "Maintenance tonight",
            text: "From 02:00 to 02:30 nothing new is taken.\nWhat was promised stays.",
            partnerID: partner
        )
    }

    static func alerts(_ partner: PartnerID, _ now: Timestamp) throws -> [any Message] {
        var alert = Alert(
            alertID: try #require(UUIDv7("019a0000-0000-7000-8000-0000000000a1")),
            sequence: 1,
            kind: try #require(AlertKind("energy_low")),
            severity: .warning,
            partnerID: partner,
            subject: "house-1",
            summary: "The pool house-1 has energy for 20 minutes at the present rate.",
            details: ["energy_available": "1300000", "minutes_left": "20"],
            raisedAt: now - .seconds(600)
        )
        let raised = AlertRaised(alert)
        (alert.sequence, alert.severity) = (2, .critical)
        let escalated = AlertEscalated(
            alert,
            previousSeverity: .warning,
            reason: "nobody has acted on it for 5 minutes",
            at: now - .seconds(300)
        )
        alert.sequence = 3
        return [raised, escalated, AlertResolved(alert, resolvedAt: now)]
    }

    static func deliveries(_ partner: PartnerID, _ now: Timestamp) throws -> [any Message] {
        let first = NotificationDelivered.Delivery(
            deliveryID: try #require(UUIDv7("019a0000-0000-7000-8000-0000000000d1")),
            eventID: "019a0000-0000-7000-8000-0000000000e1",
            eventType: "withdrawal.ready",
            endpoint: "p42-main",
            channel: .webhook,
            partnerID: partner,
            attempts: 1,
            latency: 41
        )
        let second = NotificationDelivered.Delivery(
            deliveryID: try #require(UUIDv7("019a0000-0000-7000-8000-0000000000d2")),
            eventID: "019a0000-0000-7000-8000-0000000000e2",
            eventType: "alert.raised",
            endpoint: "ops-slack",
            channel: .slack,
            partnerID: nil,
            attempts: 3,
            latency: 305_120
        )
        return [
            NotificationDelivered(deliveries: [first, second], at: now),
            NotificationDead(
                deliveryID: try #require(UUIDv7("019a0000-0000-7000-8000-0000000000d3")),
                eventID: "019a0000-0000-7000-8000-0000000000e1",
                eventType: "withdrawal.ready",
                endpoint: "p42-backup",
                channel: .webhook,
                partnerID: partner,
                attempts: 8,
                reason: "status 500",
                at: now
            ),
        ]
    }
}
