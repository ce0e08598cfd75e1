internal import LocalStack
internal import Logging
internal import Models
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import Courier

@Suite struct FailureTests {
    /// How a receiver misbehaves, and what becomes of it.
    struct Misbehaviour: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: Receiver.Reply
        let code: CourierFailure.Code
        var status: Int?
    }

    private static let head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"

    @Test(arguments: [
        Misbehaviour(testDescription: "never answers", reply: .silence, code: .timedOut),
        Misbehaviour(testDescription: "hangs up", reply: .hangUp, code: .cut),
        Misbehaviour(testDescription: "drips a head", reply: .drip("HTTP/1.1 200 OK\r\n", byte: "x"), code: .timedOut),
        Misbehaviour(testDescription: "drips a body", reply: .drip(head, byte: "x"), code: .timedOut, status: 200),
        Misbehaviour(
            testDescription: "drips headers",
            reply: .drip("HTTP/1.1 200 OK\r\n", byte: "a: b\r\n"),
            code: .timedOut,
            status: 200
        ),
        Misbehaviour(
            testDescription: "begins and hangs up",
            reply: .bytes(head + "x", closing: true),
            code: .cut,
            status: 200
        ),
        Misbehaviour(
            testDescription: "speaks another protocol",
            reply: .bytes("220 mail.example ESMTP\r\n", closing: true),
            code: .badAnswer
        ),
        Misbehaviour(
            testDescription: "sends one endless header",
            reply: .bytes("HTTP/1.1 200 OK\r\nX-A: " + String(repeating: "x", count: 200_000), closing: true),
            code: .tooLarge
        ),
        Misbehaviour(
            testDescription: "sends endless headers",
            reply: .bytes("HTTP/1.1 200 OK\r\n" + String(repeating: "X-A: xxxxxxxxxx\r\n", count: 5000)),
            code: .tooLarge
        ),
    ])
    func aReceiverThatMisbehavesIsNamedForIt(case misbehaviour: Misbehaviour) async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await Receiver.with { _, _ in
            misbehaviour.reply
        } _: { receiver in
            try await withCourier(policy) { courier in
                let url = try TargetURL("http://127.0.0.1:\(receiver.port)/", policy: policy)
                let timeout: Duration = misbehaviour.code == .timedOut ? .milliseconds(700) : .seconds(60)
                let start = ContinuousClock.now
                let failure = try #require(await courier.failure(of: url, timeout: timeout))
                #expect(failure.code == misbehaviour.code, "\(failure)")
                #expect(failure.address == "127.0.0.1")
                if let status = misbehaviour.status { #expect(failure.status == status, "\(failure)") }
                #expect(!failure.reason.isEmpty)
                #expect(ContinuousClock.now - start < .patient(.seconds(10)))
                if misbehaviour.code == .timedOut { #expect(failure.latency >= .milliseconds(690)) }
                // What went wrong is not used again.
                try await receiver.wait { $0.closed == $0.connections }
            }
        }
    }

    @Test func aLongAnswerIsReadToItsLimitAndIsAnAnswer() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        let endless = Receiver.Reply.drip(
            "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + String(repeating: "0123456789", count: 6000),
            byte: String(repeating: "x", count: 10_000)
        )
        try await Receiver.with { _, _ in
            endless
        } _: { receiver in
            try await withCourier(policy) { courier in
                let url = try TargetURL("http://127.0.0.1:\(receiver.port)/", policy: policy)
                let answer = try await courier.post(url)
                #expect(answer.status == 200 && answer.isCut)
                #expect(answer.body.count == CourierAnswer.keptBody)
                #expect(answer.body.starts(with: Array("0123456789".utf8)))
                try await receiver.wait { $0.closed == 1 }
            }
        }
    }

    @Test func manyHeadersAreKeptToTheirLimit() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        let long = String(repeating: "v", count: 4000)
        let headers = Dictionary(uniqueKeysWithValues: (0..<100).map { ("X-\($0)", "1") })
        try await Receiver.with { _, index in
            index == 0 ? .answer(200, headers: headers) : .answer(200, headers: ["X-Long": long])
        } _: { receiver in
            try await withCourier(policy) { courier in
                let url = try TargetURL("http://127.0.0.1:\(receiver.port)/", policy: policy)
                #expect(try await courier.post(url).headers.count == CourierAnswer.maximumHeaders)
                let kept = try #require(try await courier.post(url).headers["x-long"])
                #expect(kept.utf8.count <= 1024 && kept.utf8.count > 1000 && long.hasPrefix(kept))
            }
        }
    }

    @Test func nobodyListensIsUnreachable() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        let closed = try FreePort.find()
        try await withCourier(policy) { courier in
            let url = try TargetURL("http://127.0.0.1:\(closed)/", policy: policy)
            let failure = try #require(await courier.failure(of: url))
            #expect(failure.code == .unreachable)
            #expect(failure.description.hasPrefix("unreachable (127.0.0.1): "))
        }
    }

    @Test func aNameWithoutAddressIsUnresolved() async throws {
        let resolver = ScriptedResolver { host, _ throws(HostResolverError) in
            if host == "none.example" { return [] }
            throw HostResolverError("no such name")
        }
        try await withCourier(AddressPolicy(), resolver: resolver) { courier in
            for name in ["none.example", "unknown.example"] {
                let url = try TargetURL("https://\(name)/", policy: AddressPolicy())
                let failure = try #require(await courier.failure(of: url))
                #expect(failure.code == .unresolved)
                #expect(failure.reason.hasPrefix(name))
            }
        }
    }

    @Test func aResolverThatHangsIsNotWaitedFor() async throws {
        let resolver = ScriptedResolver { _, _ throws(HostResolverError) in
            try? await Task.sleep(for: .seconds(3600))
            return []
        }
        try await withCourier(AddressPolicy(), resolver: resolver) { configuration in
            configuration.resolveTimeout = .milliseconds(200)
        } _: { courier in
            let url = try TargetURL("https://slow.example/", policy: AddressPolicy())
            let failure = try #require(await courier.failure(of: url))
            #expect(failure.code == .unresolved)
            #expect(failure.reason == "slow.example: the resolver has not answered within 0.2 s")
            let hasty = try #require(await courier.failure(of: url, timeout: .milliseconds(100)))
            #expect(hasty.reason.hasSuffix("within 0.1 s"))
        }
    }

    @Test func withoutARelayNoMailIsSent() async throws {
        try await withCourier(AddressPolicy()) { courier in
            let envelope = MailEnvelope(
                id: "1",
                recipients: [try MailAddress("a@example.com")],
                subject: "",
                plain: "",
                date: .init(milliseconds: 0)
            )
            await #expect {
                try await courier.mail(envelope)
            } throws: { error in
                (error as? CourierFailure)?.code == .invalidRequest
            }
        }
    }

    @Test(arguments: ["/nowhere/authorities.pem", #filePath])
    func authoritiesThatCannotBeReadStopTheStart(path: String) {
        let configuration = CourierConfiguration(policy: AddressPolicy(), certificateAuthorityFile: path)
        #expect {
            _ = try Courier(configuration: configuration, logger: Logger(label: "test"))
        } throws: { error in
            (error as? CourierFailure)?.code == .tls && (error as? CourierFailure)?.reason.contains(path) == true
        }
    }
}
