import Foundation
import Models
import Storage
import TestSupport
import Testing
import Webhooks

@testable import Notifier
@testable import ServiceKit

/// Webhooks from the broker to a receiver, on real servers.
@Suite struct WebhookDeliveryTests {
    private func secrets(
        _ receiver: Receiver,
        path: String = "/hook",
        _ keys: [WebhookSecret] = [.generate()]
    ) -> EndpointSecrets {
        EndpointSecrets(
            url: "http://127.0.0.1:\(receiver.port)\(path)",
            secrets: keys.map { EndpointSecrets.SigningSecret(secret: $0) }
        )
    }

    @Test func anEventReachesWhoWantsItSignedAndOnce() async throws {
        try await NotifierUnderTest.with { notifier in
            try await Receiver.with { receiver in
                let (key, older) = (WebhookSecret.generate(), WebhookSecret.generate())
                var own = secrets(receiver, path: "/p1", [key, older])
                own.headers = [OwnHeader(name: "X-Tenant", value: "seoul")]
                try await notifier.add("p1-hook", partner: "p1", own)
                try await notifier.add("p2-hook", partner: "p2", secrets(receiver, path: "/p2"))
                try await notifier.add("ops", events: ["alert.#"], secrets(receiver, path: "/ops"))
                try await notifier.running { host in
                    let id = try await host.tell(try accepted(1))
                    try await receiver.wait { $0.requests.count == 1 }
                    let request = try #require(receiver.record.requests.first)
                    #expect(request.line == "POST /p1 HTTP/1.1")
                    #expect(request.header("webhook-id") == id)
                    #expect(request.header("x-tenant") == "seoul")
                    #expect(request.header("content-type") == "application/json")
                    let body = try #require(
                        JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any]
                    )
                    #expect(body["type"] as? String == "withdrawal.accepted.v1")
                    let data = try #require(body["data"] as? [String: Any])
                    #expect(data["user_id"] as? String == "user-7")
                    #expect(data["sequence"] as? Int == 1)
                    for secret in [key, older] {
                        try WebhookSignature.verify(
                            id: id,
                            timestamp: Int64(request.header("webhook-timestamp") ?? "") ?? 0,
                            body: Array(request.body.utf8),
                            header: request.header("webhook-signature") ?? "",
                            secret: secret,
                            now: SystemClock().now()
                        )
                    }
                    try await eventually("it is stored") { try await notifier.ended().count == 1 }
                    #expect(
                        try await notifier.ended()
                            == [.init(endpoint: "p1-hook", event: id, outcome: "delivered", attempts: 1)]
                    )
                    #expect(try await notifier.attempts().map(\.outcome) == ["delivered"])
                    #expect(try await notifier.pending() == 0)
                    // Alerts of the house are operations' alone.
                    try await host.tell(raised())
                    try await receiver.wait { $0.requests.count == 2 }
                    #expect(receiver.record.requests.last?.line == "POST /ops HTTP/1.1")
                }
            }
        }
    }

    @Test func aFailureIsTriedAgainWithTheSameID() async throws {
        try await NotifierUnderTest.with { notifier in
            try await Receiver.with({ _, index in index == 0 ? .answer(500, body: "no luck") : .answer(204) }) {
                receiver in
                try await notifier.add("hook", partner: "p1", secrets(receiver))
                try await notifier.running { host in
                    try await host.tell(try accepted(1))
                    try await eventually("the failure is stored") { try await notifier.attempts().count == 1 }
                    let wait = try await notifier.database.queryOne(
                        "SELECT extract(epoch FROM due_at - created_at)::float8 FROM notifier.pending",
                        as: Double.self
                    )
                    #expect((4.0...12.0).contains(wait ?? 0))
                    try await notifier.makeDue()
                    try await receiver.wait { $0.requests.count == 2 }
                    #expect(Set(receiver.record.requests.map { $0.header("webhook-id") }).count == 1)
                    try await eventually("it is stored") { try await notifier.ended().first?.attempts == 2 }
                    let attempts = try await notifier.attempts()
                    #expect(attempts.map(\.status) == [500, 204])
                    #expect(attempts.first?.detail == "it answered 500")
                }
            }
        }
    }

    @Test func goneDisablesTheEndpointCancelsTheRestAndTellsOperations() async throws {
        try await NotifierUnderTest.with { notifier in
            try await Receiver.with({ request, _ in request.line.contains("/gone") ? .answer(410) : .answer(200) }) {
                receiver in
                try await notifier.add("gone", partner: "p1", inFlight: 1, secrets(receiver, path: "/gone"))
                try await notifier.add("ops", events: ["alert.#"], secrets(receiver, path: "/ops"))
                try await notifier.running { host in
                    for number in 1...20 { try await host.tell(try accepted(number)) }
                    // Those that come after it is disabled are not for it any more.
                    try await eventually("all have ended") {
                        let ended = try await notifier.ended()
                        return try await notifier.pending() == 0 && ended.contains { $0.endpoint == "ops" }
                    }
                    let outcomes = try await notifier.ended().filter { $0.endpoint == "gone" }.map(\.outcome)
                    #expect(outcomes.count { $0 == "dead" } == 1)
                    #expect(outcomes.allSatisfy { $0 == "dead" || $0 == "cancelled" })
                    #expect(receiver.record.requests.count { $0.line.contains("/gone") } == 1)
                    let notice = receiver.record.requests.first { $0.line.contains("/ops") }
                    #expect(notice?.body.contains("endpoint_disabled") == true)
                    let later = try await host.tell(try accepted(21))
                    try await host.tell(raised())
                    try await eventually("the next alert has come") {
                        try await notifier.ended().count { $0.endpoint == "ops" } >= 2
                    }
                    #expect(try await !notifier.ended().contains { $0.event == later })
                }
            }
        }
    }

    @Test func whoFailsForFiveDaysIsDisabledAtTheNextFailure() async throws {
        try await NotifierUnderTest.with { notifier in
            try await Receiver.with({ _, _ in .answer(500) }) { receiver in
                let id = try await notifier.add("hook", partner: "p1", secrets(receiver))
                let then = SystemClock().now() - .seconds(5 * 86_400 + 60)
                try await notifier.database.execute(
                    "INSERT INTO notifier.health (endpoint_id, failures, failing_since) VALUES (\(id), 9, \(then))"
                )
                try await notifier.running { host in
                    try await host.tell(try accepted(1))
                    try await eventually("it is disabled") {
                        try await notifier.text(
                            "SELECT disabled_reason FROM notifier.endpoint WHERE state = 'disabled'"
                        ) == "it has failed for five days"
                    }
                }
            }
        }
    }

    @Test func aHangingReceiverDelaysNobodyElse() async throws {
        try await NotifierUnderTest.with { notifier in
            try await Receiver.with({ request, _ in request.line.contains("/slow") ? .silence : .answer(200) }) {
                receiver in
                try await notifier.add("slow", partner: "p1", inFlight: 2, secrets(receiver, path: "/slow"))
                try await notifier.add("quick", partner: "p2", secrets(receiver, path: "/quick"))
                try await notifier.running(["BUSBAR_NOTIFIER_TIMEOUT": "60s", "BUSBAR_NOTIFIER_CONCURRENCY": "4"]) {
                    host in
                    for number in 1...50 { try await host.tell(try accepted(number)) }
                    for number in 1...20 { try await host.tell(try accepted(number, of: "p2")) }
                    try await eventually("the other's are delivered") {
                        try await notifier.ended().count { $0.endpoint == "quick" } == 20
                    }
                    #expect(receiver.record.requests.count { $0.line.contains("/slow") } == 2)
                    #expect(try await notifier.pending() == 50)
                }
                // Told to stop: what hangs is handed back unharmed.
                #expect(try await notifier.pending() == 50)
            }
        }
    }

    @Test func anAddressInsideIsNeverConnectedToAndTheAttemptSaysWhy() async throws {
        try await NotifierUnderTest.with { notifier in
            try await Receiver.with { receiver in
                var literal = secrets(receiver)
                literal.url = "http://[::1]:\(receiver.port)/"
                var resolved = secrets(receiver)
                resolved.url = "https://localhost:\(receiver.port)/"
                try await notifier.add("literal", partner: "p1", literal)
                try await notifier.add("resolved", partner: "p1", resolved)
                // The network of the tests is not allowed here.
                try await notifier.running(["BUSBAR_NOTIFIER_ALLOWED_NETWORKS": ""]) { host in
                    try await host.tell(try accepted(1))
                    try await eventually("both were tried") { try await notifier.attempts().count == 2 }
                    let attempts = try await notifier.attempts()
                    #expect(attempts.allSatisfy { ["refused_target", "refused_address"].contains($0.outcome) })
                    #expect(attempts.allSatisfy { $0.detail?.isEmpty == false })
                    #expect(receiver.record.connections == 0)
                }
            }
        }
    }

    @Test func whatIsDeadIsDeliveredAgainWithTheSameIDWhenItIsReplayed() async throws {
        try await NotifierUnderTest.with { notifier in
            try await Receiver.with { receiver in
                try await notifier.add("hook", partner: "p1", secrets(receiver))
                try await notifier.running { host in
                    let id = try await host.tell(try accepted(1))
                    try await eventually("it is delivered") { try await notifier.ended().count == 1 }
                    let replayed = try await notifier.database.queryOne(
                        """
                        SELECT notifier.replay(now(), 'test', (SELECT array_agg(delivery_id) FROM notifier.finished))
                        """,
                        as: Int32.self
                    )
                    #expect(replayed == 1)
                    try await receiver.wait { $0.requests.count == 2 }
                    #expect(receiver.record.requests.map { $0.header("webhook-id") } == [id, id])
                    try await eventually("it has ended again") {
                        try await notifier.ended().map(\.attempts) == [2]
                    }
                }
            }
        }
    }

    @Test func whatOneReplicaLeavesAnotherDelivers() async throws {
        try await NotifierUnderTest.with { notifier in
            let isWell = Events(false)
            try await Receiver.with({ _, _ in isWell.now ? .answer(200) : .answer(503, headers: ["Retry-After": "1"]) })
            {
                receiver in
                for number in 1...8 {
                    try await notifier.add("hook-\(number)", partner: "p1", secrets(receiver, path: "/\(number)"))
                }
                try await notifier.running { host in
                    try await notifier.running { _ in
                        for number in 1...5 { try await host.tell(try accepted(number)) }
                        try await eventually("all are stored") { try await notifier.pending() == 40 }
                    }
                }
                isWell.update { $0 = true }
                try await notifier.makeDue()
                try await notifier.running { _ in
                    try await eventually(within: .seconds(60), "all are delivered") {
                        try await notifier.ended().count { $0.outcome == "delivered" } == 40
                    }
                }
                #expect(try await notifier.pending() == 0)
            }
        }
    }

    @Test func aHangingReceiverDoesNotHoldUpTheShardsThatAnotherReplicaGets() async throws {
        try await NotifierUnderTest.with { notifier in
            try await Receiver.with({ request, _ in request.line.contains("/slow") ? .silence : .answer(200) }) {
                receiver in
                for number in 1...24 {
                    try await notifier.add("slow-\(number)", partner: "p1", secrets(receiver, path: "/slow"))
                    try await notifier.add("quick-\(number)", partner: "p2", secrets(receiver, path: "/quick"))
                }
                let patient = ["BUSBAR_NOTIFIER_TIMEOUT": "60s"]
                try await notifier.running(patient) { host in
                    try await host.tell(try accepted(1))
                    try await receiver.wait { $0.requests.count == 24 }
                    // Ready once it owns shards, of which all but a few have a request under way.
                    try await notifier.running(patient) { _ in
                        try await host.tell(try accepted(2, of: "p2"))
                        try await eventually(within: .seconds(20), "all others' are delivered") {
                            try await notifier.ended().count { $0.endpoint.hasPrefix("quick") } == 24
                        }
                        #expect(try await notifier.pending() == 24)
                    }
                }
            }
        }
    }

    @Test func whatCannotBeReadIsParkedAndTheRestGoesOn() async throws {
        try await NotifierUnderTest.with { notifier in
            try await Receiver.with { receiver in
                try await notifier.add("hook", partner: "p1", secrets(receiver))
                try await notifier.running { host in
                    try await host.tell(try accepted(1), body: Array("this is no JSON".utf8))
                    try await host.tell(
                        NotificationSend(
                            notificationID: UUIDv7(at: host.clock.now()),
                            endpoint: "nobody",
                            severity: .info,
                            title: "Hello",
                            text: "Is anybody there?",
                            partnerID: nil
                        )
                    )
                    let id = try await host.tell(try accepted(2))
                    try await eventually("the good one is delivered") {
                        try await notifier.ended().map(\.event) == [id]
                    }
                    try await eventually("the others are parked") {
                        try await notifier.count(
                            "SELECT count(*) FROM notifier.outbox WHERE routing_key LIKE '%.parked'"
                        ) == 2
                    }
                }
            }
        }
    }
}
