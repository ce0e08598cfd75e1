internal import FoundationEssentials
internal import LocalStack
internal import Models
internal import TestSupport
internal import Testing

/// What `busbar endpoints test --json` and `deliveries show --json` say, as far as tests look at it.
private struct DeliveryAnswer: Decodable, Sendable {
    struct Delivery: Decodable, Sendable {
        var id: String
        var endpoint: String
        var event: String
        var state: String
        var status: Int?
        var attempts: Int
    }

    struct Attempt: Decodable, Sendable {
        var outcome: String
        var status: Int?
        var address: String?
    }

    var delivery: Delivery
    var attempts: [Attempt]
}

/// `busbar notify test --json`
private struct AudienceAnswer: Decodable, Sendable {
    var told: [DeliveryAnswer.Delivery]
    var silent: [String]
    var missing: [String]
}

/// What came to one of the devnet's sinks.
private struct SinkAnswer: Decodable, Sendable {
    var name: String
    var accepted: Int
    var unique: Int
    var duplicates: Int
    var verified: Int
    var refused: Int
}

extension EndToEndTests {
    /// From the command line by the broker and the notifier to a receiver, and what came of it back.
    @Suite struct Endpoints {
        private func decode<Answer: Decodable>(_ result: CommandResult, as type: Answer.Type) throws -> Answer {
            do {
                return try JSONDecoder().decode(type, from: Data(result.output.utf8))
            } catch {
                throw EndToEndError("\(result.end): \(result.output) \(result.errors)")
            }
        }

        @Test func anEndpointIsAddedTestedRotatedDisabledAndTold() async throws {
            try await StackUnderTest.with { stack in
                let partner = try await stack.addPartner("acme")
                let devnet = try stack.devnet()
                let secret = try await add(stack, devnet, partner)
                try await rotate(stack, devnet, from: secret)
                try await tellPeople(stack, devnet)
                try await replay(stack, devnet)
                try await refuse(stack)
                #expect(try await stack.parked().isEmpty)
            }
        }

        private func test(_ stack: StackUnderTest, _ name: String) async throws -> (DeliveryAnswer, Bool) {
            let result = try await stack.busbar(["endpoints", "test", name, "--json"])
            return (try decode(result, as: DeliveryAnswer.self), result.succeeded)
        }

        @discardableResult
        private func sink(_ devnet: DevnetDriver, _ body: String) async throws -> SinkAnswer {
            try JSONDecoder().decode(SinkAnswer.self, from: try await devnet.post("sink/acme", body))
        }

        private func newSecret(_ stack: StackUnderTest, _ arguments: [String]) async throws -> String {
            let result = try await stack.busbar(["endpoints"] + arguments + ["--json"])
            let answer = try decode(result, as: [String: String].self)
            return try #require(answer["secret"])
        }

        private func add(
            _ stack: StackUnderTest,
            _ devnet: DevnetDriver,
            _ partner: PartnerUnderTest
        ) async throws -> String {
            let secret = try await newSecret(
                stack,
                ["add", "acme-main", "--webhook", "\(devnet.url)/sink/acme", "--partner", partner.id.rawValue]
            )
            try await sink(devnet, #"{"secret":"\#(secret)"}"#)
            let (answer, isGood) = try await test(stack, "acme-main")
            #expect(isGood && answer.delivery.state == "delivered")
            #expect(answer.attempts.map(\.status) == [200])
            let summary = try await sink(devnet, "{}")
            #expect(summary.verified == 1 && summary.refused == 0)
            let list = try await stack.busbar(["deliveries", "list", "--event", answer.delivery.event])
            #expect(list.output.contains("notification.send") && list.output.contains("delivered"))
            return secret
        }

        /// For a while both secrets sign; a receiver that knows only an ended one refuses.
        private func rotate(_ stack: StackUnderTest, _ devnet: DevnetDriver, from old: String) async throws {
            let new = try await newSecret(stack, ["rotate", "acme-main", "--keep", "1h"])
            for secret in [old, new] {
                try await sink(devnet, #"{"clear":true,"secret":"\#(secret)"}"#)
                #expect(try await test(stack, "acme-main").1, "both sign")
            }
            _ = try await newSecret(stack, ["rotate", "acme-main", "--keep", "0"])
            let (answer, isGood) = try await test(stack, "acme-main")
            #expect(!isGood && answer.attempts.map(\.status) == [401])
            try await sink(devnet, #"{"clear":true,"secrets":[]}"#)
        }

        /// An alert goes to whom the rules say, and the command shows it.
        private func tellPeople(_ stack: StackUnderTest, _ devnet: DevnetDriver) async throws {
            let file = stack.directory + "/slack-url"
            try LocalFile.write("\(devnet.url)/slack/services/T0BUSBAR/B0OPS/XXXXXXXXXXXXXXXX\n", to: file)
            for (name, severity) in [("ops", "warning"), ("night", "critical")] {
                let added = try await stack.busbar([
                    "endpoints", "add", name, "--slack", "--url-file", file, "--severity", severity,
                ])
                #expect(added.succeeded && !added.output.contains("XXXX"), "\(added.errors)")
            }
            let result = try await stack.busbar(["notify", "test", "--severity", "warning", "--json"])
            let answer = try decode(result, as: AudienceAnswer.self)
            #expect(result.succeeded && answer.missing.isEmpty)
            #expect(answer.told.map(\.endpoint) == ["ops"] && answer.told[0].state == "delivered")
            #expect(answer.silent == ["night", "acme-main"])
            let chat = String(decoding: try await devnet.get("chats/slack"), as: UTF8.self)
            #expect(chat.contains("busbar notify test"))
        }

        /// What was cancelled is told once the endpoint is enabled and people say so, with the same id.
        private func replay(_ stack: StackUnderTest, _ devnet: DevnetDriver) async throws {
            try await sink(devnet, #"{"mode":"status","status":500}"#)
            let (failed, isGood) = try await test(stack, "acme-main")
            #expect(!isGood && failed.delivery.state == "pending" && failed.attempts.map(\.status) == [500])
            #expect(try await stack.busbar(["endpoints", "disable", "acme-main", "--reason", "moves"]).succeeded)
            #expect(try await !stack.busbar(["endpoints", "test", "acme-main"]).succeeded)
            let id = failed.delivery.id
            try await waitUntil(stack, id, "cancelled")
            #expect(try await !stack.busbar(["deliveries", "replay", id, "--yes"]).succeeded, "it is disabled")
            #expect(try await stack.busbar(["endpoints", "enable", "acme-main"]).succeeded)
            try await sink(devnet, #"{"clear":true,"mode":"ok"}"#)
            let dry = try await stack.busbar(["deliveries", "replay", "--failed", "--endpoint", "acme-main"])
            #expect(dry.succeeded && dry.output.contains("--yes"))
            let done = try await stack.busbar(["deliveries", "replay", "--failed", "--endpoint", "acme-main", "--yes"])
            #expect(done.succeeded, "\(done.errors)")
            try await waitUntil(stack, id, "delivered")
            // Delivered ones too: the receiver knows them by their ids.
            #expect(try await stack.busbar(["deliveries", "replay", id, "--yes"]).succeeded)
            try await waitUntil(stack, id, "delivered", attempts: 3)
            let summary = try await sink(devnet, "{}")
            #expect(summary.duplicates == 1 && summary.unique == summary.accepted - 1)
        }

        private func waitUntil(_ stack: StackUnderTest, _ id: String, _ state: String, attempts: Int = 0) async throws {
            let deadline = ContinuousClock.now + .patient(.seconds(30))
            while true {
                let answer = try decode(
                    try await stack.busbar(["deliveries", "show", id, "--json"]),
                    as: DeliveryAnswer.self
                )
                if answer.delivery.state == state, answer.delivery.attempts >= attempts { return }
                guard ContinuousClock.now < deadline else {
                    throw EndToEndError("the delivery \(id) is \(answer.delivery.state) instead of \(state)")
                }
                // Another process does it; the database tells when it is asked.
                try await Task.sleep(for: .milliseconds(200))
            }
        }

        /// Forbidden targets are refused before anything is stored.
        private func refuse(_ stack: StackUnderTest) async throws {
            for url in ["https://169.254.169.254/latest", "http://10.1.2.3/", "https://0x7f000001/", "ftp://x.example"]
            {
                let result = try await stack.busbar(["endpoints", "add", "hostile", "--webhook", url])
                #expect(!result.succeeded && result.errors.contains("cannot be an endpoint's"), "\(url)")
            }
            let list = try await stack.busbar(["endpoints", "list"])
            #expect(!list.output.contains("hostile"))
        }
    }
}
