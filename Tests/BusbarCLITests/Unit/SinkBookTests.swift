import LocalStack
import Models
import ServiceKit
import Testing
import Webhooks

@testable import BusbarCLI

/// A plan, its events, and the book they are entered into.
private struct Sink {
    let plan = NotifyPlan(.init(endpoints: 40, offered: 400, full: 10), seed: 11)
    let messages: NotifyMessages
    let secrets: [WebhookSecret]
    let book: SinkBook

    init() throws {
        messages = try NotifyMessages(at: SystemClock().now(), seed: 11)
        secrets = plan.kinds.map { _ in WebhookSecret.generate() }
        book = SinkBook(plan, messages, secrets: secrets, clock: SystemClock())
    }

    /// The request that a notifier makes of an event.
    func request(_ event: Int, secret: WebhookSecret? = nil) -> SinkBook.Request {
        let endpoint = plan.recipient(of: event)
        let now = SystemClock().now()
        let body =
            NotifyMessages.envelopeStart + Array("\(now)\",\"data\":".utf8) + messages.body(event, for: endpoint)
            + [UInt8(ascii: "}")]
        let id = messages.messageID(event).description
        return SinkBook.Request(
            receiver: endpoint,
            id: id,
            timestamp: "\(now.milliseconds / 1000)",
            signature: WebhookSignature.header(
                id: id,
                timestamp: now.milliseconds / 1000,
                body: body,
                secrets: [secret ?? secrets[endpoint]]
            ),
            body: body
        )
    }

    func event(to kind: Receiver.Kind) throws -> Int {
        try #require(plan.offered.first { plan.kinds[plan.recipient(of: $0)] == kind })
    }
}

@Suite struct SinkBookTests {
    @Test func anEventsIdAndBodyFollowFromItsNumber() throws {
        let sink = try Sink()
        for event in [0, 17, 449] {
            #expect(sink.messages.event(sink.messages.messageID(event)) == event)
            let body = sink.messages.body(event, for: 39)
            let read = try MessageJSON.decode(WithdrawalReady.self, from: body)
            #expect(read.partnerID.rawValue == "bench-0039")
            #expect(read.withdrawalID.rawValue.hasSuffix("\(event)"))
            let message = sink.messages.message(event, for: 39)
            #expect(String(decoding: message.correlationID, as: UTF8.self) == "bench-0039:\(read.withdrawalID)")
        }
        #expect(sink.messages.event(UUIDv7(at: SystemClock().now())) == nil)
        #expect(NotifyMessages.endpoint(named: NotifyMessages.partner(4999)) == 4999)
    }

    @Test func whatComesAsItShouldIsTakenAndFoundWithoutFault() throws {
        let sink = try Sink()
        for event in sink.plan.first {
            let verdict = sink.book.take(sink.request(event), at: 1)
            #expect(verdict.answer == .accepted && verdict.event == event)
            sink.book.accepted(event, at: 2)
        }
        var expected = SinkBook.Findings()
        expected.signaturesChecked = sink.plan.first.count { $0 % 10 == 0 }
        #expect(sink.book.findings == expected)
        #expect(sink.book.missing(sink.plan.first) == 0)
        #expect(sink.book.missing(sink.plan.full) == 10)
        #expect(sink.book.accepted(sink.plan.first).allSatisfy { $0 == 2 })
    }

    @Test func everyFaultOfARequestIsFound() throws {
        let sink = try Sink()
        let event = try sink.event(to: .healthy)

        var request = sink.request(event)
        request.id = UUIDv7(at: SystemClock().now()).description
        #expect(sink.book.take(request, at: 1).answer == nil)
        #expect(sink.book.findings.strangeIDs == 1)

        request = sink.request(event)
        request.receiver = (sink.plan.recipient(of: event) + 1) % sink.plan.kinds.count
        #expect(sink.book.take(request, at: 1).answer == nil)
        #expect(sink.book.findings.misdirected == 1)

        request = sink.request(event)
        request.body[request.body.count - 3] ^= 1
        _ = sink.book.take(request, at: 1)
        #expect(sink.book.findings.garbled == 1)

        let sampled = try #require(sink.plan.offered.first { $0 % 10 == 0 })
        _ = sink.book.take(sink.request(sampled, secret: .generate()), at: 1)
        #expect(sink.book.findings.signaturesChecked == 1 && sink.book.findings.signaturesRefused == 1)

        sink.book.accepted(event, at: 5)
        sink.book.accepted(event, at: 6)
        #expect(sink.book.findings.repeated == 1)
        #expect(sink.book.accepted(event..<(event + 1)) == [5], "the first one counts")
    }

    @Test func receiversAnswerOverConnectionsThatStayOpen() async throws {
        let sink = try Sink()
        let server = try await NotifySink.start(receivers: sink.plan.kinds.count, sink.book)
        let events = [try sink.event(to: .healthy), sink.plan.first.lowerBound, sink.plan.full.lowerBound]
        do {
            try await onOwnThread { () throws(BareFailure) in
                let receivers = BareReceivers(port: server.port, count: sink.plan.kinds.count)
                for _ in 0..<2 {
                    for event in events {
                        try receivers.send(sink.request(event).http, to: sink.plan.recipient(of: event))
                    }
                    for event in events { try receivers.receive(from: sink.plan.recipient(of: event)) }
                }
            }
            await #expect(throws: BareFailure.self) {
                let event = try sink.event(to: .failing)
                try await onOwnThread { () throws(BareFailure) in
                    let receivers = BareReceivers(port: server.port, count: sink.plan.kinds.count)
                    try receivers.send(sink.request(event).http, to: sink.plan.recipient(of: event))
                    try receivers.receive(from: sink.plan.recipient(of: event))
                }
            }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        #expect(sink.book.accepted == events.count)
        #expect(sink.book.findings.repeated == events.count)
        #expect(sink.book.findings.garbled == 0 && sink.book.findings.misdirected == 0)
    }
}

extension SinkBook.Request {
    /// As it goes over the wire.
    fileprivate var http: [UInt8] {
        let head = [
            "POST /e/\(receiver ?? -1) HTTP/1.1", "host: receiver", "content-length: \(body.count)",
            "webhook-id: \(id)",
            "webhook-timestamp: \(timestamp)", "webhook-signature: \(signature)", "", "",
        ]
        return Array(head.joined(separator: "\r\n").utf8) + body
    }
}
