import Models
import Planning
import Testing

/// Who is answered, and what an answer may repeat.
struct AdmissionAnswerTests {
    private typealias Samples = AdmissionTests

    private func admit(
        _ body: [UInt8],
        type: String? = "withdrawal.request.v1",
        messageID: String? = "m-1",
        from sender: String? = "up"
    ) -> AdmissionResult<WithdrawalRequest> {
        let command = Samples.command(body, type: type, messageID: messageID, from: sender)
        return Samples.admission.admit(request: command, now: moment(0))
    }

    @Test(arguments: ["", "{", "[]", "7", "null", #""text""#, "{\"a\":1}x"])
    func whatIsNoJSONObjectIsParked(text: String) throws {
        guard case .parked(let reason) = admit(Array(text.utf8)) else {
            Issue.record("\(text) was not parked")
            return
        }
        #expect(reason.contains("not a JSON object"))
    }

    @Test func bytesThatAreNoTextAreParked() {
        guard case .parked = admit([0xFF, 0xFE, 0x00]) else {
            Issue.record("not parked")
            return
        }
    }

    @Test(arguments: [AdmissionTests.absent, "7", #""""#, #""P1""#, #""ghost""#])
    func withoutAKnownPartnerNobodyIsTold(value: String) {
        guard case .parked(let reason) = admit(Samples.body(["partner_id": value])) else {
            Issue.record("\(value) was answered")
            return
        }
        #expect(reason.contains("partner"), "\(reason)")
    }

    @Test func aSenderWhoMayNotSpeakForThePartnerIsNotAnswered() {
        for sender: String? in [nil, "other", "nobody", ""] {
            guard case .parked(let reason) = admit(Samples.body(), from: sender) else {
                Issue.record("\(sender ?? "none") was answered")
                continue
            }
            #expect(reason.contains(sender == nil ? "user_id" : "may not speak"), "\(reason)")
        }
    }

    @Test func nobodyNotEntitledIsEverAnsweredWhateverElseIsWrong() async {
        await forEverySeed(600) { seed, random in
            let values = [
                Samples.absent, "null", "7", #""""#, #""x""#, #""p1""#, #""p2""#, #""idle""#, "{}", "[]", "true",
            ]
            var changes: [String: String] = [:]
            for name in ["withdrawal_id", "partner_id", "from_address", "to_address", "token", "amount", "deadline"]
            where random.chance(30) {
                changes[name] = random.pick(values)
            }
            if random.chance(10) { changes["filler"] = "\"\(String(repeating: "x", count: 66_000))\"" }
            let sender: String? = random.pick([nil, "up", "other", "nobody"])
            let type: String? = random.pick([nil, "withdrawal.request.v1", "withdrawal.request.v1", "nonsense"])
            let entitled: [PartnerID] =
                switch sender {
                case "up": [partner("p1"), partner("idle")]
                case "other": [partner("p2")]
                default: []
                }
            switch admit(Samples.body(changes), type: type, from: sender) {
            case .admitted(let request):
                #expect(entitled.contains(request.partnerID), "seed \(seed)")
                #expect(type == "withdrawal.request.v1" && changes["filler"] == nil, "seed \(seed)")
            case .rejected(let answer):
                #expect(entitled.contains(answer.partnerID), "seed \(seed): \(answer) went to a stranger")
            case .parked(let reason):
                let text = changes["partner_id"] ?? #""p1""#
                let named = text.hasPrefix("\"") ? PartnerID(String(text.dropFirst().dropLast())) : nil
                #expect(named.map(entitled.contains) != true, "seed \(seed): could be told: \(reason)")
            }
        }
    }

    @Test func anAnswerRepeatsNothingThatCannotBeStoredOrPublished() throws {
        let family = #"\u0000\n\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67"#
        let long = String(repeating: family, count: 200)
        for changes in [["withdrawal_id": "\"\(long)\""], ["token": "\"\(long)\""], ["urgency": "\"\(long)\""]] {
            guard case .rejected(let answer) = admit(Samples.body(changes), messageID: "m\u{0}") else {
                Issue.record("not rejected")
                continue
            }
            let routing = try #require(answer.correlationID)
            #expect(routing.utf8.count < 255, "an AMQP short string")
            #expect(answer.detail.utf8.count <= 512)
            for text in [routing, answer.detail, answer.messageID ?? "", answer.messageType] {
                #expect(
                    text.unicodeScalars.allSatisfy { $0.value >= 32 },
                    "control characters in \(text.debugDescription)"
                )
            }
        }
    }

    @Test func aTypeIsRepeatedWithoutControlCharacters() {
        guard case .rejected(let answer) = admit(Samples.body(), type: "a\u{0}b\(String(repeating: "x", count: 200))")
        else {
            Issue.record("not rejected")
            return
        }
        #expect(answer.reason == .unsupportedType)
        #expect(answer.messageType.hasPrefix("a?bxx") && answer.messageType.utf8.count == 64)
    }
}
