internal import TestSupport
internal import Testing
internal import Webhooks

@testable import Courier

@Suite struct HostileTargetTests {
    /// Everything that listens on this machine would hear a connection to any of its addresses.
    @Test(arguments: HostileTarget.all)
    func aHostileTargetIsRefusedInWordsAndNothingConnects(target: HostileTarget) async throws {
        try await Receiver.with(host: "::") { receiver in
            let policy = target.isAllAllowed ? try AddressPolicy.allowingAll() : AddressPolicy()
            let text = target.url.replacing("PORT", with: "\(receiver.port)")
            let resolver = ScriptedResolver { _, _ in target.addresses ?? ["127.0.0.1"] }
            try await withCourier(policy, resolver: resolver) { courier in
                // At registration …
                let refusal = Self.refusal(of: text, policy)
                if target.addresses == nil {
                    #expect(try #require(refusal).description.contains(target.words), "\(refusal as Any)")
                }
                // … and when it is connected to, had it been registered where more was allowed.
                if let url = try? TargetURL(text, policy: .allowingAll()) {
                    let failure = try #require(await courier.failure(of: url))
                    #expect(failure.code == .refusedAddress)
                    #expect(target.addresses == nil || failure.reason.contains(target.words), "\(failure)")
                } else {
                    #expect(refusal != nil)
                }
                let begun = await courier.web.tally.begun
                #expect(begun == 0)
            }
            #expect(receiver.record.connections == 0)
        }
    }

    private static func refusal(of text: String, _ policy: AddressPolicy) -> TargetURLError? {
        do throws(TargetURLError) {
            _ = try TargetURL(text, policy: policy)
            return nil
        } catch {
            return error
        }
    }

    @Test func thereAreEnoughOfThemAndTheirNamesAreTheirOwn() {
        #expect(HostileTarget.all.count >= 30)
        #expect(Set(HostileTarget.all.map(\.testDescription)).count == HostileTarget.all.count)
    }

    /// Without this the tests above would prove nothing.
    @Test(arguments: ["127.0.0.1", "[::1]", "localhost"])
    func whatIsAllowedDoesConnect(host: String) async throws {
        try await Receiver.with(host: "::") { receiver in
            let policy = try AddressPolicy.allowing("127.0.0.1/32", "::1/128")
            try await withCourier(policy, resolver: SystemResolver()) { courier in
                let url = try TargetURL("http://\(host):\(receiver.port)/", policy: policy)
                #expect(try await courier.post(url).status == 200)
                #expect(await courier.web.tally.begun == 1)
            }
            #expect(receiver.record.connections == 1)
        }
    }

    @Test func aNameWithOneForbiddenAddressIsRefusedAndTheAddressNamed() async throws {
        try await Receiver.with(host: "::") { receiver in
            let policy = try AddressPolicy.allowing("127.0.0.1/32")
            let resolver = ScriptedResolver("127.0.0.1", "::1")
            try await withCourier(policy, resolver: resolver) { courier in
                let url = try TargetURL("http://localhost:\(receiver.port)/", policy: policy)
                let failure = try #require(await courier.failure(of: url))
                #expect(failure.code == .refusedAddress)
                #expect(
                    failure.reason == "localhost leads to ::1, one of its 2 addresses: ::1 is loopback (::1/128)"
                )
            }
            #expect(receiver.record.connections == 0)
        }
    }

    @Test func anAnswerThatChangesAfterTheCheckChangesNothing() async throws {
        // The name leads to one address when it is judged, and to another whenever it is asked again.
        try await Receiver.with(host: "127.0.0.2") { allowed in
            try await Receiver.with(host: "127.0.0.1", port: allowed.port) { forbidden in
                let policy = try AddressPolicy.allowing("127.0.0.2/32")
                let resolver = ScriptedResolver { _, index in [index == 0 ? "127.0.0.2" : "127.0.0.1"] }
                try await withCourier(policy, resolver: resolver) { courier in
                    let url = try TargetURL("http://rebind.example:\(allowed.port)/", policy: policy)
                    let answer = try await courier.post(url)
                    #expect(answer.address == "127.0.0.2")
                    #expect(resolver.questions == ["rebind.example"])
                    #expect(allowed.record.requests.first?.header("host") == "rebind.example:\(allowed.port)")
                    // The connection is still open; the new answer counts all the same.
                    let failure = try #require(await courier.failure(of: url))
                    #expect(failure.code == .refusedAddress)
                    #expect(allowed.record.requests.count == 1)
                }
                #expect(forbidden.record.connections == 0)
            }
        }
    }

    @Test func anOpenConnectionIsNotUsedForAnotherAddress() async throws {
        try await Receiver.with(host: "127.0.0.2") { first in
            try await Receiver.with(host: "127.0.0.3", port: first.port) { second in
                let policy = try AddressPolicy.allowing("127.0.0.0/8")
                let resolver = ScriptedResolver { _, index in [index == 0 ? "127.0.0.2" : "127.0.0.3"] }
                try await withCourier(policy, resolver: resolver) { courier in
                    let url = try TargetURL("http://moves.example:\(first.port)/", policy: policy)
                    #expect(try await courier.post(url).address == "127.0.0.2")
                    #expect(try await courier.post(url).address == "127.0.0.3")
                }
                #expect(first.record.requests.count == 1 && second.record.requests.count == 1)
            }
        }
    }

    @Test func noSocketIsMadeForAnAddressThatWasNotJudged() async throws {
        // The second net alone: as if the judgement had been forgotten, or libcurl had looked elsewhere.
        try await Receiver.with { receiver in
            let loop = TransferLoop(name: "test", limits: .testing)
            let orders = [
                TransferOrder.testing("http://127.0.0.1:\(receiver.port)/", at: "127.0.0.1", AddressPolicy()),
                TransferOrder.testing("https://127.0.0.1:\(receiver.port)/", at: "127.0.0.1", AddressPolicy()),
                TransferOrder.testing("https://x.example:\(receiver.port)/", at: "::ffff:127.0.0.1", AddressPolicy()),
            ]
            for order in orders {
                let failure = try #require(await loop.run(order).failure(of: true, limit: .seconds(1)))
                #expect(failure.code == .refusedAddress)
                #expect(failure.reason.contains("127.0.0.1"), "\(failure)")
            }
            let order = TransferOrder.testing("http://x.example/", at: "127.0.0.1", try .allowingAll())
            #expect(order.refusal(of: try #require(IPAddress("127.0.0.2"))) != nil)
            #expect(order.refusal(of: order.address) == nil)
            await loop.shutDown()
            #expect(receiver.record.connections == 0)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func aRedirectIsAnAnswerAndNotFollowed(status: Int) async throws {
        try await Receiver.with { target in
            let location = "http://127.0.0.1:\(target.port)/inside"
            try await Receiver.with { _, _ in
                .answer(status, headers: ["Location": location])
            } _: { receiver in
                let policy = try AddressPolicy.allowing("127.0.0.1/32")
                try await withCourier(policy) { courier in
                    let url = try TargetURL("http://127.0.0.1:\(receiver.port)/", policy: policy)
                    let answer = try await courier.post(url)
                    #expect(answer.status == status)
                    #expect(answer.headers["location"] == location)
                }
                #expect(receiver.record.requests.count == 1)
            }
            #expect(target.record.connections == 0)
        }
    }
}
