import Models
import Testing

@testable import Notifier

@Suite struct ChatAnswerTests {
    private func wait(
        _ channel: NotificationChannel,
        status: Int = 429,
        _ headers: [String: String] = [:],
        _ body: String = ""
    ) -> Duration? {
        ChatAnswer.retryAfter(channel: channel, status: status, headers: headers, body: Array(body.utf8))
    }

    @Test func everyChatSaysInItsOwnWayHowLongToWait() {
        #expect(wait(.slack, ["retry-after": "30"], "rate_limited") == .seconds(30))
        #expect(
            wait(.discord, [:], #"{"message":"You are being rate limited.","retry_after":0.6479,"global":false}"#)
                == .milliseconds(648)
        )
        #expect(wait(.discord, ["retry-after": "2"], "<html>") == .seconds(2))
        #expect(wait(.discord, ["x-ratelimit-reset-after": "1.5"]) == .milliseconds(1500))
        #expect(
            wait(.telegram, [:], #"{"ok":false,"error_code":429,"parameters":{"retry_after":7}}"#) == .seconds(7)
        )
        #expect(wait(.telegram, status: 503, ["retry-after": "4"]) == .seconds(4))
    }

    @Test(arguments: ["-1", "soon", "", "nan", "inf", "1e999", "Wed, 21 Oct 2015 07:28:00 GMT"])
    func whatIsNoTimeToWaitIsNone(text: String) {
        #expect(wait(.slack, ["retry-after": text]) == nil)
        #expect(wait(.discord, [:], #"{"retry_after":"\#(text)"}"#) == nil)
    }

    @Test func nobodyIsWaitedForLongerThanADayNorAfterOtherAnswers() {
        #expect(wait(.slack, ["retry-after": "99999999999999999999"]) == .seconds(86_400))
        #expect(wait(.slack, status: 200, ["retry-after": "5"]) == nil)
        #expect(wait(.discord, status: 400, [:], #"{"retry_after":5}"#) == nil)
        #expect(wait(.slack) == nil)
        #expect(wait(.telegram, [:], "[[[") == nil)
    }

    @Test func telegramsOkDecidesBesideTheStatus() {
        func accepted(_ channel: NotificationChannel, _ status: Int, _ body: String = "") -> Bool {
            ChatAnswer.isAccepted(channel: channel, status: status, body: Array(body.utf8))
        }
        #expect(accepted(.slack, 200, "ok"))
        #expect(accepted(.discord, 204))
        #expect(accepted(.telegram, 200, #"{"ok":true,"result":{}}"#))
        #expect(!accepted(.telegram, 200, #"{"ok":false,"description":"x"}"#))
        for status in [199, 301, 400, 404, 429, 500] { #expect(!accepted(.discord, status)) }
    }

    @Test func theReasonIsInTheChatsOwnWords() {
        func reason(_ channel: NotificationChannel, _ body: String) -> String? {
            ChatAnswer.reason(channel: channel, body: Array(body.utf8))
        }
        #expect(
            reason(.telegram, #"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#)
                == "Bad Request: chat not found"
        )
        #expect(reason(.discord, #"{"message":"Unknown Webhook","code":10015}"#) == "Unknown Webhook")
        #expect(reason(.slack, "no_service\n") == "no_service")
        #expect(reason(.slack, "") == nil)
        #expect(reason(.discord, "<html>") == nil)
        #expect((reason(.slack, String(repeating: "x", count: 5000)) ?? "").count == 200)
    }
}
