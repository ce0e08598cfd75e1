internal import FoundationEssentials
internal import LocalStack
internal import Models
internal import TestSupport
internal import Testing
internal import Webhooks

/// A sink of the devnet: what its webhook endpoint was sent.
private struct SinkAnswer: Decodable, Sendable {
    struct Delivery: Decodable, Sendable {
        var number: Int
        var id: String?
        var verdict: String
        var status: Int?
        var body: String
    }

    var accepted: Int
    var unique: Int
    var verified: Int
    var refused: Int
    var failed: Int
    var deliveries: [Delivery]
}

/// A webhook's envelope, as far as a receiver must look to put events into their order.
private struct Envelope: Decodable, Hashable, Sendable {
    struct Body: Decodable, Hashable, Sendable {
        var withdrawal: String?
        var sequence: Int?

        enum CodingKeys: String, CodingKey {
            case withdrawal = "withdrawal_id"
            case sequence
        }
    }

    var type: String
    var data: Body
}

extension EndToEndTests {
    /// What an upstream hears in its queue comes to its webhook and to people too.
    @Suite(.serialized)
    struct Notifications {
        /// Two replicas are killed in turn, the receiver fails now and then, and another never answers.
        @Test func webhooksGetWhatIsHeardWhateverDies() async throws {
            try await StackUnderTest.with(notifiers: 2) { stack in
                let devnet = try stack.devnet()
                let partner = try await stack.addPartner("acme", wallets: 2)
                try await addWebhook("acme-main", of: "acme", on: stack)
                try await addWebhook("acme-dead", of: "acme", on: stack)
                try await addChat("operations", on: stack)
                try await devnet.post("sink/acme-main", #"{"mode":"status","status":500,"after":10,"count":2}"#)
                try await devnet.post("sink/acme-dead", #"{"mode":"hang"}"#)
                try await Upstream.with(partner, on: stack) { upstream in
                    var ids: [String] = []
                    for round in 0..<6 {
                        for _ in 0..<5 {
                            ids.append("n\(ids.count + 1)")
                            try await upstream.request(ids[ids.count - 1], wallet: ids.count % 2)
                        }
                        let victim = "notifier-\(round % 2 + 1)"
                        let before = try stack.part(victim).process?.pid
                        if try stack.kill(victim) { try await stack.waitUntilBack(victim, notAs: before) }
                    }
                    try await upstream.allEnded()
                    upstream.expectSettled(ids)
                    let sink = try await allArrived(upstream, at: "acme-main", on: stack)
                    // Each was told at least once, by genuine messages alone, and what came twice had its id again.
                    #expect(sink.refused == 0 && sink.verified == sink.accepted + sink.failed)
                    #expect(sink.failed == 2)
                    try await expectChat(hears: ids.count, on: stack)
                    try await stack.expectClean(upstream)
                }
                let dead = try await self.sink("acme-dead", on: stack)
                #expect(dead.accepted == 0 && dead.failed > 0)
            }
        }

        private func addWebhook(_ name: String, of partner: String, on stack: StackUnderTest) async throws {
            let secret = WebhookSecret.generate().text
            let file = stack.directory + "/\(name).secret"
            try LocalFile.write(secret + "\n", to: file)
            try await stack.devnet().post("sink/\(name)", #"{"secret":"\#(secret)"}"#)
            let url = try stack.variable("BUSBAR_TRON_NODES") + "/sink/\(name)"
            try await stack.succeed([
                "endpoints", "add", name, "--webhook", url, "--partner", partner, "--secret-file", file,
            ])
        }

        private func addChat(_ name: String, on stack: StackUnderTest) async throws {
            let file = stack.directory + "/\(name).url"
            let url = try stack.variable("BUSBAR_TRON_NODES") + "/slack/services/T0BUSBAR/B0OPS/XXXXXXXXXXXXXXXX"
            try LocalFile.write(url + "\n", to: file)
            try await stack.succeed([
                "endpoints", "add", name, "--slack", "--url-file", file, "--events", "withdrawal.settled",
            ])
        }

        private func sink(_ name: String, on stack: StackUnderTest) async throws -> SinkAnswer {
            try JSONDecoder().decode(SinkAnswer.self, from: try await stack.devnet().get("sink/\(name)"))
        }

        /// Waits until the sink has accepted what the upstream has heard, all of it and nothing else of withdrawals.
        private func allArrived(
            _ upstream: Upstream,
            at name: String,
            on stack: StackUnderTest
        ) async throws -> SinkAnswer {
            let heard = Set(
                upstream.book.courses.flatMap { course in
                    course.events.map { Envelope(type: $1.type, data: .init(withdrawal: course.id, sequence: $0)) }
                }
            )
            let deadline = ContinuousClock.now + .patient(.seconds(60))
            while true {
                let sink = try await self.sink(name, on: stack)
                let bodies = sink.deliveries.filter { $0.status == 200 }.map { Data($0.body.utf8) }
                let arrived = Set(try bodies.map { try JSONDecoder().decode(Envelope.self, from: $0) })
                    .filter { $0.type.hasPrefix("withdrawal.") }
                if arrived == heard { return sink }
                guard ContinuousClock.now < deadline else {
                    let missing = heard.subtracting(arrived).count
                    let strange = arrived.subtracting(heard).count
                    throw EndToEndError("\(missing) of \(heard.count) events did not come, \(strange) nobody heard")
                }
                // A receiver does not tell what it has received.
                try await Task.sleep(for: .milliseconds(300))
            }
        }

        /// Waits until people have read of every settlement, in fewer messages than there were.
        private func expectChat(hears count: Int, on stack: StackUnderTest) async throws {
            struct Page: Decodable {
                var endpoint: String
                var state: String
            }
            let list = [
                "deliveries", "list", "--endpoint", "operations", "--state", "delivered", "--limit", "1000", "--json",
            ]
            let deadline = ContinuousClock.now + .patient(.seconds(90))
            while true {
                let output = try await stack.succeed(list)
                let delivered = try JSONDecoder().decode([Page].self, from: Data(output.utf8)).count
                if delivered == count { break }
                guard ContinuousClock.now < deadline else {
                    throw EndToEndError("the chat was told of \(delivered) of \(count) settlements")
                }
                try await Task.sleep(for: .milliseconds(500))
            }
            struct Chat: Decodable {
                var posted: Int
                var refused: Int
            }
            let chat = try JSONDecoder().decode(Chat.self, from: try await stack.devnet().get("chats/slack"))
            #expect((1..<count).contains(chat.posted) && chat.refused == 0)
        }
    }
}
