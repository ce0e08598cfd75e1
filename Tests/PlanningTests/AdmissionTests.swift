import Models
import Planning
import Testing

/// Commands as they come from outside.
struct AdmissionTests {
    static let wallet = address(1)
    static let admission = Admission(
        registry: RegistrySnapshot(
            partners: [
                .init(id: partner("p1"), paused: false), .init(id: partner("p2"), paused: false),
                .init(id: partner("idle"), paused: true),
            ],
            entitlements: ["up": [partner("p1"), partner("idle")], "other": [partner("p2")]],
            hotWallets: [wallet: partner("p1"), address(2): partner("p2"), address(3): partner("idle")]
        )
    )

    /// The fields of a right request, as JSON values.
    static let right = [
        "withdrawal_id": #""w-1""#, "partner_id": #""p1""#, "from_address": "\"\(wallet)\"",
        "to_address": "\"\(address(9))\"", "token": #""USDT""#, "amount": #""12.5""#, "urgency": #""urgent""#,
    ]

    /// Instead of a JSON value: the field is left out.
    static let absent = ""

    static func body(_ changes: [String: String] = [:], of fields: [String: String] = right) -> [UInt8] {
        var fields = fields
        for (name, value) in changes { fields[name] = value == absent ? nil : value }
        let members = fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }

    static func command(
        _ body: [UInt8],
        type: String? = "withdrawal.request.v1",
        messageID: String? = "m-1",
        from sender: String? = "up"
    ) -> IncomingCommand {
        IncomingCommand(type: type, messageID: messageID, sender: sender, body: body)
    }

    static func admit(_ changes: [String: String]) -> AdmissionResult<WithdrawalRequest> {
        admission.admit(request: command(body(changes)), now: moment(0))
    }

    @Test func aRightRequestIsAdmittedAsItIs() throws {
        let expected = WithdrawalRequest(
            withdrawalID: key(1).id,
            partnerID: partner("p1"),
            fromAddress: Self.wallet,
            toAddress: address(9),
            amount: try #require(TokenAmount(units: 12_500_000)),
            urgency: .urgent
        )
        #expect(Self.admit(["withdrawal_id": #""w1""#]) == .admitted(expected))
    }

    @Test(arguments: wrongFields)
    func aWrongRequestIsRejectedWithItsReason(wrong: WrongField) throws {
        let result = Self.admit(wrong.changes)
        guard case .rejected(let answer) = result else {
            Issue.record("\(wrong.changes) gave \(result)")
            return
        }
        #expect(answer.reason == wrong.reason, "\(answer.detail)")
        #expect(!answer.detail.isEmpty)
        #expect(wrong.names.map(answer.detail.contains) != false, "\(answer.detail) does not name \(wrong.names ?? "")")
        #expect(answer.messageID == "m-1" && answer.messageType == "withdrawal.request.v1")
    }

    struct WrongField: Sendable, CustomTestStringConvertible {
        var reason: RejectionReason
        var changes: [String: String]
        var names: String?

        init(_ reason: RejectionReason, _ changes: [String: String], names: String? = nil) {
            self.reason = reason
            self.changes = changes
            self.names = names ?? changes.keys.first
        }

        var testDescription: String { "\(reason.rawValue): \(changes)" }
    }

    static let wrongFields = [
        WrongField(.badWithdrawalID, ["withdrawal_id": absent]),
        WrongField(.badWithdrawalID, ["withdrawal_id": "7"]),
        WrongField(.badWithdrawalID, ["withdrawal_id": #""""#]),
        WrongField(.badWithdrawalID, ["withdrawal_id": #""a b""#]),
        WrongField(.badWithdrawalID, ["withdrawal_id": "\"\(String(repeating: "x", count: 65))\""]),
        WrongField(.badAddress, ["to_address": #""T1""#]),
        WrongField(.badAddress, ["to_address": "5"]),
        WrongField(.badAddress, ["from_address": "\"\(String(repeating: "0", count: 34))\""]),
        WrongField(.badAddress, ["to_address": "\"\(wallet.base58.dropLast())1\""]),
        WrongField(.sameAddress, ["to_address": "\"\(wallet)\""]),
        WrongField(.hotWalletNotRegistered, ["from_address": "\"\(address(8))\""]),
        WrongField(.hotWalletNotRegistered, ["from_address": "\"\(address(2))\""]),
        WrongField(.unknownToken, ["token": #""USDC""#]),
        WrongField(.amountNotDecimal, ["amount": #""1e3""#]),
        WrongField(.amountNotDecimal, ["amount": #""""#]),
        WrongField(.amountNotDecimal, ["amount": "12.5"]),
        WrongField(.amountNegative, ["amount": #""-1""#]),
        WrongField(.amountZero, ["amount": #""0.000000""#]),
        WrongField(.amountTooManyPlaces, ["amount": #""0.0000001""#]),
        WrongField(.amountTooLarge, ["amount": #""9223372036854.775808""#]),
        WrongField(.deadlinePassed, ["deadline": "\"\(moment(0))\""]),
        WrongField(.partnerPaused, ["partner_id": #""idle""#, "from_address": "\"\(address(3))\""], names: "idle"),
        WrongField(.malformed, ["token": absent]),
        WrongField(.malformed, ["to_address": absent]),
        WrongField(.malformed, ["amount": absent]),
        WrongField(.malformed, ["urgency": #""soon""#]),
        WrongField(.malformed, ["deadline": #""tomorrow""#]),
        WrongField(.malformed, ["fallback": #"["panic"]"#]),
        WrongField(.malformed, ["token": "null"]),
        WrongField(.malformed, ["max_cost_sun": "1.5"], names: "number"),
        WrongField(.malformed, ["max_cost_sun": "-1"]),
        WrongField(.malformed, ["max_cost_sun": "9007199254740992"]),
        WrongField(.malformed, ["user_id": "\"\(String(repeating: "u", count: 129))\""]),
        WrongField(.malformed, ["batch_id": "\"\(String(repeating: "u", count: 129))\""]),
        WrongField(.malformed, ["user_id": #""a\u0000b""#]),
        WrongField(.malformed, ["batch_id": #""a\nb""#]),
    ]

    @Test func everyReasonThatAdmissionHasIsTestedHere() {
        let later: Set<RejectionReason> = [
            .conflictingDuplicate, .insufficientBalance, .wouldRevert, .unknownWithdrawal, .wrongState,
        ]
        let elsewhere: Set<RejectionReason> = [.unsupportedType, .tooLarge]
        let tested = Set(Self.wrongFields.map(\.reason))
        #expect(tested.union(later).union(elsewhere) == Set(RejectionReason.allCases))
        #expect(tested.isDisjoint(with: later.union(elsewhere)))
    }

    @Test func aMessageOfAnotherTypeIsRejected() {
        for type: String? in ["withdrawal.request.v2", "withdrawal.settle.v1", nil] {
            let result = Self.admission.admit(request: Self.command(Self.body(), type: type), now: moment(0))
            guard case .rejected(let answer) = result else {
                Issue.record("\(type ?? "none") gave \(result)")
                continue
            }
            #expect(answer.reason == .unsupportedType)
            #expect(answer.messageType == type ?? "none")
            #expect(answer.withdrawalID == "w-1")
        }
    }

    @Test func aBodyOf64KiBIsRejectedAndOneByteLessIsNot() {
        let empty = Self.body(["unknown": #""""#]).count
        func padded(to size: Int) -> AdmissionResult<WithdrawalRequest> {
            let body = Self.body(["unknown": "\"\(String(repeating: "x", count: size - empty))\""])
            return Self.admission.admit(request: Self.command(body), now: moment(0))
        }
        guard case .admitted = padded(to: maximumCommandBytes - 1) else {
            Issue.record("a body just below the limit was refused")
            return
        }
        guard case .rejected(let answer) = padded(to: maximumCommandBytes) else {
            Issue.record("a body at the limit was taken")
            return
        }
        #expect(answer.reason == .tooLarge)
    }

    @Test func settleNamesATransactionOrThatItWasGivenUp() {
        func settle(_ fields: [String: String]) -> AdmissionResult<WithdrawalSettle> {
            let named = fields.merging(["withdrawal_id": #""w1""#, "partner_id": #""p1""#]) { field, _ in field }
            return Self.admission.admit(
                settle: Self.command(Self.body(of: named), type: "withdrawal.settle.v1")
            )
        }
        let (id, by) = (key(1).id, partner("p1"))
        let txid = "\"\(transaction(1))\""
        #expect(settle(["txid": txid]) == .admitted(.init(withdrawalID: id, partnerID: by, txid: transaction(1))))
        #expect(
            settle(["given_up": "true"]) == .admitted(.init(withdrawalID: id, partnerID: by, txid: nil, givenUp: true))
        )
        for fields in [[:], ["txid": txid, "given_up": "true"], ["given_up": "false"], ["txid": #""xyz""#]] {
            guard case .rejected(let answer) = settle(fields) else {
                Issue.record("\(fields) was not rejected")
                continue
            }
            #expect(answer.reason == .malformed && answer.detail.hasPrefix("txid"), "\(answer.detail)")
        }
    }

    @Test func cancelNamesAWithdrawal() {
        let body = Self.body(of: ["withdrawal_id": #""w1""#, "partner_id": #""p1""#])
        let result = Self.admission.admit(cancel: Self.command(body, type: "withdrawal.cancel.v1"))
        #expect(result == .admitted(WithdrawalCancel(withdrawalID: key(1).id, partnerID: partner("p1"))))
    }
}
