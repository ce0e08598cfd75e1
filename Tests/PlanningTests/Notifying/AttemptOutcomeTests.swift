import Models
import Planning
import Testing

struct AttemptOutcomeTests {
    private func judged(_ channel: NotificationChannel, _ status: Int, after wish: Duration? = nil) -> AttemptOutcome {
        judge(channel: channel, status: status, retryAfter: wish)
    }

    @Test func everySuccessIsOneAndNothingElse() {
        for channel in NotificationChannel.allCases {
            for status in 0...999 {
                #expect((judged(channel, status) == .delivered) == (status / 100 == 2), "\(channel) \(status)")
            }
        }
    }

    @Test func aWebhooksReceiverIsTriedAgainWhateverItAnswersButGone() {
        for status in Array(100...199) + Array(300...599) {
            let expected: AttemptOutcome =
                switch status {
                case 410: .gone
                case 429, 502, 503, 504: .throttled(retryAfter: .seconds(7))
                default: .failed(.status)
                }
            #expect(judged(.webhook, status, after: .seconds(7)) == expected, "\(status)")
        }
        #expect(judged(.webhook, 503) == .throttled(retryAfter: nil))
    }

    @Test(arguments: [NotificationChannel.slack, .discord, .telegram])
    func aChatSaysWhatIsWrongForGood(channel: NotificationChannel) {
        for status in [400, 401, 403, 404, 413] { #expect(judged(channel, status) == .refused, "\(status)") }
        for status in [302, 408, 500, 502, 503, 504] {
            #expect(judged(channel, status) == .failed(.status), "\(status)")
        }
        #expect(judged(channel, 429, after: .milliseconds(650)) == .throttled(retryAfter: .milliseconds(650)))
        #expect(judged(channel, 410) == .gone)
    }

    @Test func aMailRelayRefusesForGoodUnlessItDoesNotKnowUs() {
        for status in [250, 251] { #expect(judged(.email, status) == .delivered, "\(status)") }
        for status in [421, 450, 451, 452, 454, 530, 534, 535, 538] {
            #expect(judged(.email, status) == .failed(.status), "\(status)")
        }
        for status in [500, 501, 550, 551, 552, 553, 554] { #expect(judged(.email, status) == .refused, "\(status)") }
    }

    @Test func namesAreDistinctWordsInSnakeCase() {
        let outcomes: [AttemptOutcome] =
            [.delivered, .throttled(retryAfter: nil), .gone, .refused]
            + AttemptOutcome.FailureKind.allCases.map(AttemptOutcome.failed)
        #expect(Set(outcomes.map(\.name)).count == outcomes.count)
        for outcome in outcomes { #expect(outcome.name.wholeMatch(of: /[a-z_]+/) != nil, "\(outcome)") }
        #expect(AttemptOutcome.throttled(retryAfter: .seconds(5)).name == "throttled")
    }
}
