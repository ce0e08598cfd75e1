import Foundation
import Models
import Storage
import TestSupport
import Testing
import Webhooks

@testable import Notifier
@testable import ServiceKit

/// Chats from the broker to a receiver that answers as they do.
@Suite struct ChatDeliveryTests {
    @Test func aBurstOfAlertsIsJoinedIntoFewMessagesAndAPauseIsObeyed() async throws {
        try await NotifierUnderTest.with { notifier in
            let times = Events<[ContinuousClock.Instant]>([])
            try await Receiver.with({ _, index in
                times.update { $0.append(.now) }
                return index == 0 ? .answer(429, headers: ["Retry-After": "2"]) : .answer(200, body: "ok")
            }) { receiver in
                try await notifier.add(
                    "ops-slack",
                    channel: .slack,
                    events: ["alert.#"],
                    inFlight: 1,
                    ratePerMinute: 60,
                    EndpointSecrets(url: "http://127.0.0.1:\(receiver.port)/services/T0/B0/x")
                )
                try await notifier.running { host in
                    for _ in 1...30 { try await host.tell(raised()) }
                    try await eventually(within: .seconds(60), "all are delivered") {
                        try await notifier.makeDue()
                        return try await notifier.ended().count == 30
                    }
                    #expect(try await notifier.ended().allSatisfy { $0.outcome == "delivered" })
                    let requests = receiver.record.requests
                    #expect(requests.count < 10, "\(requests.count) messages for 30 alerts")
                    let moments = times.now
                    #expect(moments[1] - moments[0] >= .seconds(2))
                    let last = try #require(requests.last)
                    let body = try JSONSerialization.jsonObject(with: Data(last.body.utf8)) as? [String: Any]
                    #expect((body?["text"] as? String)?.isEmpty == false)
                }
            }
        }
    }

    @Test func aChatThatDoesNotExistIsGivenUpWithTheReason() async throws {
        try await NotifierUnderTest.with { notifier in
            let answer = #"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#
            try await Receiver.with({ _, _ in .answer(400, body: answer) }) { receiver in
                try await notifier.add(
                    "ops-telegram",
                    channel: .telegram,
                    events: ["alert.#"],
                    EndpointSecrets(token: "123:secret", chat: "-100")
                )
                try await notifier.running(["BUSBAR_NOTIFIER_TELEGRAM_URL": "http://127.0.0.1:\(receiver.port)"]) {
                    host in
                    try await host.tell(raised(.critical))
                    try await eventually("it is given up") { try await notifier.ended().map(\.outcome) == ["dead"] }
                    #expect(receiver.record.requests.first?.line == "POST /bot123:secret/sendMessage HTTP/1.1")
                    let detail = try await notifier.attempts().first?.detail
                    #expect(detail == "it answered 400: Bad Request: chat not found")
                    // What is kept and shown holds no token.
                    let kept = try await notifier.text(
                        "SELECT string_agg(row_to_json(a)::text, '') FROM notifier.attempt a"
                    )
                    #expect(kept?.contains("secret") == false)
                }
            }
        }
    }

    @Test func mailWithoutARelayFailsAndSaysWhatToDo() async throws {
        try await NotifierUnderTest.with { notifier in
            try await notifier.add(
                "ops-mail",
                channel: .email,
                events: ["alert.#"],
                EndpointSecrets(recipients: ["ops@example.com"])
            )
            try await notifier.running { host in
                try await host.tell(raised())
                try await eventually("it was tried") { try await notifier.attempts().count == 1 }
                let attempt = try await notifier.attempts().first
                #expect(attempt?.outcome == "not_sent")
                #expect(attempt?.detail?.contains("BUSBAR_NOTIFIER_SMTP_URL") == true)
                #expect(try await notifier.pending() == 1)
            }
        }
    }
}
