internal import Glibc
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import Courier

@Suite struct PostTests {
    private static let policy = AddressPolicy(allowed: [IPAddress(v4: 0x7F00_0001)].compactMap { try? CIDR("\($0)") })

    /// A courier and a receiver that replies so.
    private func with(
        _ reply: @escaping @Sendable (Receiver.Request, Int) -> Receiver.Reply,
        _ body: (Courier, TargetURL, Receiver) async throws -> Void
    ) async throws {
        try await Receiver.with(reply) { receiver in
            try await withCourier(Self.policy) { courier in
                let url = try TargetURL("http://sink.example:\(receiver.port)/hooks/a?b=c", policy: Self.policy)
                try await body(courier, url, receiver)
            }
        }
    }

    @Test func exactlyTheGivenBytesAndHeadersAreSent() async throws {
        try await with { _, _ in
            .answer(200)
        } _: { courier, url, receiver in
            let body = "{\"type\":\"withdrawal.ready\",\"data\":\"한국어 \\u0000\"}"
            let headers = [
                (name: "content-type", value: "application/json"), (name: "webhook-id", value: "msg_1"),
                (name: "X-Empty", value: ""), (name: "user-agent", value: "busbar"),
            ]
            _ = try await courier.post(url, body: body, headers: headers)
            let request = try #require(receiver.record.requests.first)
            #expect(request.line == "POST /hooks/a?b=c HTTP/1.1")
            #expect(request.body == body)
            let expected = [
                "host: sink.example:\(receiver.port)", "content-type: application/json", "webhook-id: msg_1",
                "x-empty: ", "user-agent: busbar", "content-length: \(body.utf8.count)",
            ]
            #expect(request.headers.map { "\($0.name): \($0.value)" }.sorted() == expected.sorted())
        }
    }

    @Test func aBodyMayBeEmptyOrLargeAndNotTooLarge() async throws {
        try await with { _, _ in
            .answer(200)
        } _: { courier, url, receiver in
            let empty = try await courier.post(url, body: "")
            #expect(empty.status == 200)
            let large = String(repeating: "x", count: CourierRequest.maximumBody)
            #expect(try await courier.post(url, body: large).status == 200)
            #expect(receiver.record.requests.map(\.body.utf8.count) == [0, CourierRequest.maximumBody])
            await #expect(throws: CourierFailure.self) { try await courier.post(url, body: large + "x") }
            #expect(receiver.record.requests.count == 2)
        }
    }

    @Test(arguments: [200, 204, 301, 404, 410, 429, 500, 503])
    func everyStatusIsAnAnswer(status: Int) async throws {
        let headers = ["Retry-After": " 120 ", "Content-Type": "text/plain"]
        // 204 has no body, whatever its length says.
        let body = status == 204 ? "" : "why"
        try await with { _, _ in
            .answer(status, headers: headers, body: body)
        } _: { courier, url, _ in
            let answer = try await courier.post(url)
            #expect(answer.status == status)
            #expect(answer.headers["retry-after"] == "120")
            #expect(answer.headers["content-type"] == "text/plain")
            #expect(String(decoding: answer.body, as: UTF8.self) == body)
            #expect(answer.address == "127.0.0.1" && answer.isInside && !answer.isCut)
            #expect(answer.latency > .zero)
        }
    }

    @Test func anInterimAnswerIsNotTheAnswer() async throws {
        let bytes = "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Late: 1\r\nContent-Length: 0\r\n\r\n"
        try await with { _, _ in
            .bytes(bytes)
        } _: { courier, url, _ in
            let answer = try await courier.post(url)
            #expect(answer.status == 200)
            #expect(answer.headers == ["x-late": "1", "content-length": "0"])
        }
    }

    @Test(arguments: [
        "bad name", "host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "a:b", "a\r\nb", "",
    ])
    func aHeaderThatBreaksTheRequestIsNotSent(name: String) async throws {
        try await with { _, _ in
            .answer(200)
        } _: { courier, url, receiver in
            await #expect {
                try await courier.post(url, headers: [(name, "1")])
            } throws: { error in
                (error as? CourierFailure)?.code == .invalidRequest
            }
            await #expect {
                try await courier.post(url, headers: [("X-A", "1\r\nHost: x")])
            } throws: { error in
                (error as? CourierFailure)?.code == .invalidRequest
            }
            #expect(receiver.record.connections == 0)
        }
    }

    @Test func aConnectionIsKeptForTheNextRequest() async throws {
        try await with { _, index in
            .answer(200, body: "\(index)")
        } _: { courier, url, receiver in
            for index in 0..<20 {
                let answer = try await courier.post(url, headers: [("x-index", "\(index)")])
                #expect(String(decoding: answer.body, as: UTF8.self) == "\(index)")
                #expect(answer.address == "127.0.0.1")
            }
            #expect(receiver.record.connections == 1)
            // Handles are used again; nothing of the last request is left in them.
            #expect(receiver.record.requests.map { $0.header("x-index") } == (0..<20).map { "\($0)" })
            #expect(await courier.web.tally == (20, 0, 1))
        }
    }

    @Test func aConnectionThatEndedIsReplaced() async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        try await with { _, _ in
            .bytes(answer, closing: true)
        } _: { courier, url, receiver in
            for count in 1...3 {
                #expect(try await courier.post(url).status == 200)
                try await receiver.wait { $0.closed == count }
            }
            #expect(receiver.record.connections == 3)
        }
    }

    @Test func aProxyOfTheEnvironmentIsNotUsed() async {
        // In a process of its own, for the environment belongs to all threads.
        await #expect(processExitsWith: .success) {
            try await Receiver.with { proxy in
                for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] {
                    setenv(name, "http://127.0.0.1:\(proxy.port)", 1)
                }
                unsetenv("no_proxy")
                unsetenv("NO_PROXY")
                let policy = try AddressPolicy.allowing("127.0.0.1/32")
                try await Receiver.with { receiver in
                    try await withCourier(policy) { courier in
                        let url = try TargetURL("http://sink.example:\(receiver.port)/", policy: policy)
                        try #require(await courier.post(url).status == 200)
                    }
                    try #require(receiver.record.requests.count == 1)
                }
                try #require(proxy.record.connections == 0)
            }
        }
    }

    @Test func theSecondAddressIsTriedWhenTheFirstDoesNotConnect() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.0/8")
        try await Receiver.with(host: "127.0.0.3") { receiver in
            // Nobody listens on the first two.
            let resolver = ScriptedResolver("127.0.0.4", "127.0.0.5", "127.0.0.3")
            try await withCourier(policy, resolver: resolver) { courier in
                let url = try TargetURL("http://three.example:\(receiver.port)/", policy: policy)
                #expect(try await courier.post(url).address == "127.0.0.3")
                #expect(resolver.questions.count == 1)
                #expect(await courier.web.tally.begun == 3)
                // The next request does not begin with the dead ones.
                #expect(try await courier.post(url).address == "127.0.0.3")
                #expect(await courier.web.tally.begun == 4)
            }
            try await withCourier(policy, resolver: ScriptedResolver("127.0.0.4", "127.0.0.5")) { courier in
                let url = try TargetURL("http://two.example:\(receiver.port)/", policy: policy)
                let failure = try #require(await courier.failure(of: url))
                #expect(failure.code == .unreachable)
                #expect(failure.address == "127.0.0.5")
            }
            #expect(receiver.record.requests.count == 2 && receiver.record.connections == 1)
        }
    }
}
