internal import Models
internal import TestSupport
internal import Testing
internal import Tron

extension EndToEndTests {
    /// Whatever arrives gets an answer or is set aside, and disturbs nothing.
    @Suite(.serialized, SharedStack(wallets: 2, others: 1))
    struct WrongInput {
        /// A request that is wrong in one field.
        struct Wrong: Sendable, CustomTestStringConvertible {
            var name: String
            var fields: [String: String]
            var reason: String
            /// A part of the text for people.
            var detail = ""

            var testDescription: String { name }
        }

        static let stranger = #""\#(PrivateKey.random().address)""#

        static let wrongs = [
            Wrong(
                name: "hot wallet that is not registered",
                fields: ["from_address": stranger],
                reason: "hot_wallet_not_registered"
            ),
            Wrong(name: "address too short", fields: ["to_address": #""T123""#], reason: "bad_address"),
            Wrong(
                name: "address of another chain",
                fields: ["to_address": #""1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa""#],
                reason: "bad_address",
                detail: "not an address of TRON"
            ),
            Wrong(
                name: "wrong checksum",
                fields: ["to_address": #""TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u""#],
                reason: "bad_address",
                detail: "checksum"
            ),
            Wrong(name: "address as a number", fields: ["to_address": "17"], reason: "bad_address"),
            Wrong(name: "amount zero", fields: ["amount": #""0.000000""#], reason: "amount_zero"),
            Wrong(name: "amount negative", fields: ["amount": #""-5""#], reason: "amount_negative"),
            Wrong(name: "too many places", fields: ["amount": #""1.0000001""#], reason: "amount_too_many_places"),
            Wrong(name: "amount in words", fields: ["amount": #""ten""#], reason: "amount_not_decimal"),
            Wrong(name: "amount with exponent", fields: ["amount": #""1e3""#], reason: "amount_not_decimal"),
            Wrong(name: "amount as a JSON number", fields: ["amount": "12.5"], reason: "amount_not_decimal"),
            Wrong(
                name: "amount beyond all balances",
                fields: ["amount": #""99999999999999999999""#],
                reason: "amount_too_large"
            ),
            Wrong(name: "another token", fields: ["token": #""USDC""#], reason: "unknown_token"),
            Wrong(
                name: "deadline that has passed",
                fields: ["deadline": #""2020-01-01T00:00:00.000Z""#],
                reason: "deadline_passed"
            ),
            Wrong(name: "no amount", fields: ["amount": ""], reason: "malformed", detail: "amount"),
            Wrong(name: "urgency unknown", fields: ["urgency": #""at once""#], reason: "malformed", detail: "urgency"),
            Wrong(name: "id with blanks", fields: ["withdrawal_id": #""a b""#], reason: "bad_withdrawal_id"),
            Wrong(
                name: "more USDT than the hot wallet has",
                fields: ["amount": #""99000000""#],
                reason: "insufficient_balance"
            ),
            Wrong(
                // The token refuses to send anything to the zero address.
                name: "transfer that would revert",
                fields: ["to_address": #""T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb""#],
                reason: "would_revert"
            ),
        ]

        @Test(arguments: wrongs)
        func isRejectedWithItsReason(_ wrong: Wrong) async throws {
            let upstream = try SharedStack.current().upstream
            let id = "wrong-" + wrong.name.map { $0.isLetter ? String($0) : "-" }.joined()
            let body = upstream.requestBody(id, to: PrivateKey.random().address, with: wrong.fields)
            let message = try await upstream.publish("withdrawal.request.v1", body: body)
            let answer = try await upstream.rejection(of: message)
            #expect(answer.reason == wrong.reason)
            #expect(answer.detail?.contains(wrong.detail) == true || wrong.detail.isEmpty, "\(answer.detail ?? "")")
            #expect(answer.partner == "acme")
            #expect(answer.messageType == "withdrawal.request.v1")
            if wrong.fields["withdrawal_id"] == nil { #expect(answer.withdrawal == id) }
        }

        @Test func anotherBodyUnderTheSameIDLeavesTheOriginalAlone() async throws {
            let upstream = try SharedStack.current().upstream
            let recipient = PrivateKey.random().address
            try await upstream.request("conflict", to: recipient, amount: "3", conduct: .wait)
            try await upstream.event("ready", of: "conflict")
            let other = upstream.requestBody("conflict", to: recipient, amount: "4")
            let message = try await upstream.publish("withdrawal.request.v1", body: other)
            #expect(try await upstream.rejection(of: message).reason == "conflicting_duplicate")
            guard let course = upstream.book["conflict"], let limit = course.newest?.feeLimit else {
                throw EndToEndError("the original is gone")
            }
            let txid = try await upstream.send(course, feeLimit: Sun(limit))
            let settled = try await upstream.event("settled", of: "conflict")
            #expect(settled.txid == txid.hex)
            #expect(settled.energyFee == 0)
        }

        @Test func theSameRequestAgainIsTheSameWithdrawal() async throws {
            let upstream = try SharedStack.current().upstream
            let recipient = PrivateKey.random().address
            try await upstream.request("twice", to: recipient, amount: "7", conduct: .sendOnly)
            let again = upstream.requestBody("twice", to: recipient, amount: "7")
            // Under the first one's message id and under another one, before and after its end.
            let second = try await upstream.publish("withdrawal.request.v1", body: again)
            try await upstream.publish("withdrawal.request.v1", body: again, id: second)
            try await upstream.event("settled", of: "twice")
            let third = try await upstream.publish("withdrawal.request.v1", body: again)
            // A request behind it in the same queue is answered: whatever was to be said about it has been said.
            try await upstream.request("after-twice")
            try await upstream.event("settled", of: "after-twice")
            #expect(!upstream.book.rejections.contains { [second, third].contains($0.messageID) })
            let events = upstream.book["twice"]?.names ?? []
            #expect(events.count { $0 == "ready" } == 1 && events.count { $0 == "settled" } == 1, "\(events)")
        }

        @Test(arguments: [65_536, 200_000])
        func whatIsTooLargeIsRejected(bytes: Int) async throws {
            let upstream = try SharedStack.current().upstream
            let plain = upstream.requestBody("large", to: PrivateKey.random().address, with: ["note": #""""#])
            let filling = String(repeating: "x", count: bytes - plain.utf8.count)
            let body = upstream.requestBody("large", to: PrivateKey.random().address, with: ["note": #""\#(filling)""#])
            #expect(body.utf8.count == bytes)
            let message = try await upstream.publish("withdrawal.request.v1", body: body)
            #expect(try await upstream.rejection(of: message).reason == "too_large")
        }

        @Test(arguments: ["withdrawal.request.v2", "withdrawal.settle.v1", "hello"])
        func anotherTypeOrVersionIsRejected(type: String) async throws {
            let upstream = try SharedStack.current().upstream
            let body = upstream.requestBody("typed", to: PrivateKey.random().address)
            let message = try await upstream.publish(type, to: "withdrawal.request", body: body)
            let answer = try await upstream.rejection(of: message)
            #expect(answer.reason == "unsupported_type")
            #expect(answer.messageType == type)
        }

        @Test func commandsAboutUnknownWithdrawalsAreRejected() async throws {
            let upstream = try SharedStack.current().upstream
            let txid = TransactionID.of(rawBytes: Array("nothing".utf8))
            try await expect("unknown_withdrawal", upstream.settle("nowhere", txid))
            try await expect("unknown_withdrawal", upstream.giveUp("nowhere"))
            try await expect("unknown_withdrawal", upstream.cancel("nowhere"))
        }

        @Test func commandsAgainstTheStateAreRejected() async throws {
            let upstream = try SharedStack.current().upstream
            try await upstream.request("stateful", conduct: .wait)
            try await upstream.event("ready", of: "stateful")
            // It may be on its way already: whoever has not sent it says so by giving up.
            try await expect("wrong_state", upstream.cancel("stateful"))
            _ = try await upstream.giveUp("stateful")
            #expect(try await upstream.event("failed", of: "stateful").reason == "given_up")
            try await expect("wrong_state", upstream.cancel("stateful"))
            let txid = TransactionID.of(rawBytes: Array("nothing".utf8))
            try await expect("wrong_state", upstream.settle("stateful", txid))
        }

        private func expect(_ reason: String, _ message: String) async throws {
            let answer = try await SharedStack.current().upstream.rejection(of: message)
            #expect(answer.reason == reason, "\(answer)")
        }

        @Test func settleNeedsExactlyOneStatement() async throws {
            let upstream = try SharedStack.current().upstream
            let body = #"{"withdrawal_id":"any","partner_id":"acme"}"#
            let message = try await upstream.publish("withdrawal.settle.v1", body: body)
            #expect(try await upstream.rejection(of: message).reason == "malformed")
        }

        /// A message that nobody can be told about.
        struct Unanswerable: Sendable, CustomTestStringConvertible {
            var name: String
            var partner = "acme"
            var body: String?
            var hasUser = true
            var reason: String

            var testDescription: String { name }
        }

        @Test(arguments: [
            Unanswerable(name: "unknown partner", partner: "nobody", reason: "partner nobody is not known"),
            Unanswerable(
                name: "partner of another user",
                partner: "other-1",
                reason: "may not speak for partner other-1"
            ),
            Unanswerable(name: "no user_id", hasUser: false, reason: "user_id is missing"),
            Unanswerable(name: "not JSON", body: "withdraw 5 USDT, please", reason: "not a JSON object"),
            Unanswerable(name: "an array", body: "[1,2,3]", reason: "not a JSON object"),
            Unanswerable(name: "nothing", body: "", reason: "not a JSON object"),
            Unanswerable(name: "no partner", partner: "", reason: "partner_id is missing"),
        ])
        func whatHasNobodyToTellIsParked(_ message: Unanswerable) async throws {
            let ground = try SharedStack.current()
            let partner = message.partner.isEmpty ? "" : #""\#(message.partner)""#
            let body =
                message.body
                ?? ground.upstream.requestBody(
                    "parked",
                    to: PrivateKey.random().address,
                    with: ["partner_id": partner]
                )
            let id = try await ground.upstream.publish(
                "withdrawal.request.v1",
                body: body,
                asUser: message.hasUser ? .none : .some(nil)
            )
            let deadline = ContinuousClock.now + .patient(.seconds(20))
            var entry: ParkedAnswer?
            while entry == nil, ContinuousClock.now < deadline {
                entry = try await ground.stack.parked().first { $0.id == id }
            }
            #expect(entry?.queue == "allocator.withdrawal.request")
            #expect(entry?.reason.contains(message.reason) == true, "\(entry?.reason ?? "it was not parked")")
            if message.hasUser { #expect(entry?.user == "acme") }
            #expect(!ground.upstream.book.rejections.contains { $0.messageID == id })
        }

        /// Comes last: by then all of the above has happened.
        @Test func afterAllOfItTheStackIsAsGoodAsNew() async throws {
            let ground = try SharedStack.current()
            try await ground.upstream.request("normal", wallet: 1)
            let settled = try await ground.upstream.event("settled", of: "normal")
            #expect(settled.energyFee == 0)
            try await ground.upstream.allEnded()
            try await ground.stack.expectClean(ground.upstream, parked: 7)
            let parked = try await ground.stack.parked().map(\.queue)
            #expect(Set(parked) == ["allocator.withdrawal.request"])
            #expect(try ground.stack.part("allocator").restarts == 0)
        }
    }
}
