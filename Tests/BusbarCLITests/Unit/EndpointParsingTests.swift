internal import ArgumentParser
internal import Models
internal import Planning
internal import Testing
internal import Webhooks

@testable import BusbarCLI

@Suite struct EndpointParsingTests {
    @Test(arguments: [
        "", "Ops", "a b", "é", String(repeating: "a", count: 65), "a.b",
    ])
    func aNameHasFewLetters(text: String) {
        #expect(throws: ValidationError.self) { _ = try EndpointParsing.name(text) }
    }

    @Test func eventsAreNamedByPatternsWithCommasBetween() throws {
        let patterns = try EndpointParsing.events("withdrawal.*, alert.#,#")
        #expect(patterns.map(\.description) == ["withdrawal.*", "alert.#", "#"])
        for text in ["", "withdrawal.*,", "Withdrawal", "alert.#.x", "a b"] {
            let error = #expect(throws: ValidationError.self) { _ = try EndpointParsing.events(text) }
            #expect(error?.message.isEmpty == false)
        }
    }

    @Test func mailboxesAreBareAddresses() throws {
        #expect(try EndpointParsing.recipients("a@x.com, b+c@y.example") == ["a@x.com", "b+c@y.example"])
        for text in [
            "a", "a@", "@x.com", "A B <a@x.com>", "a@x.com,a@x.com", "a@x.com\r\nBcc: b@x.com", "a@x@y", "a@x.com,",
            "a;b@x.com",
        ] {
            #expect(throws: ValidationError.self, "\(text)") { _ = try EndpointParsing.recipients(text) }
        }
    }

    @Test func aChatIsANumberOrAChannel() throws {
        #expect(try EndpointParsing.chat("-1001234567890") == "-1001234567890")
        #expect(try EndpointParsing.chat("@busbar_ops") == "@busbar_ops")
        for text in ["", "12a", "@", "@1abc", "--1", "1 2"] {
            #expect(throws: ValidationError.self) { _ = try EndpointParsing.chat(text) }
        }
    }

    @Test func whatIsSecretIsNotRepeated() throws {
        let token = #expect(throws: OperationError.self) { _ = try EndpointParsing.token("12345:verysecret") }
        #expect(token?.description.contains("verysecret") == false)
        #expect(try EndpointParsing.token("123456789:AAF0abcdefghijklmnopqrstuvwxyz01234").hasPrefix("123456789:"))
        let header = #expect(throws: OperationError.self) {
            _ = try EndpointParsing.headers("X-Key: very\u{7}secret", file: "h")
        }
        #expect(header?.description.contains("X-Key") == true && header?.description.contains("secret") == false)
        let url = #expect(throws: OperationError.self) {
            _ = try EndpointParsing.url("https://hooks.slack.com/verysecret#x", policy: AddressPolicy())
        }
        #expect(url?.description.contains("verysecret") == false)
    }

    @Test func headersStandALineEach() throws {
        let text = "# ours\nAuthorization: Bearer a:b \n\n  X-Team:ops\r\n"
        let headers = try EndpointParsing.headers(text, file: "h")
        #expect(headers.map(\.name) == ["Authorization", "X-Team"])
        #expect(headers.map(\.value) == ["Bearer a:b", "ops"])
        for (text, what) in [
            ("nothing", "line 1 of h"), ("X-A: 1\nX-A: 2", "twice"), ("Host: x", "Host"), ("", "no header"),
            ("X-A: 1\nwrong", "line 2 of h"), ("webhook-id: x", "webhook-id"),
        ] {
            let error = #expect(throws: OperationError.self) { _ = try EndpointParsing.headers(text, file: "h") }
            #expect(error?.message.contains(what) == true, "\(text)")
        }
    }

    @Test func aForbiddenTargetIsRefusedWithWhatIsWrongAndWhatToDo() throws {
        let local = AddressPolicy(allowed: try CIDR.list("127.0.0.1/32"))
        #expect(try EndpointParsing.url("http://127.0.0.1:8090/sink/a", policy: local).port == 8090)
        for (text, what, isOurs) in [
            ("http://127.0.0.1/", "127.0.0.1", true), ("https://10.1.2.3/", "10.0.0.0/8", true),
            ("https://169.254.169.254/latest", "169.254.169.254", false), ("ftp://x.com", "https://", false),
            ("https://me:word@x.com", "Authorization", false), ("https://0x7f.1/", "127.0.0.1", false),
        ] {
            let error = #expect(throws: OperationError.self) {
                _ = try EndpointParsing.url(text, policy: AddressPolicy())
            }
            #expect(error?.message.contains(what) == true, "\(text): \(error?.message ?? "")")
            #expect((error?.hint?.contains("ALLOWED_NETWORKS") == true) == isOurs, "\(text)")
        }
    }

    @Test func peopleSeeWhereItGoesButNoSecret() throws {
        let policy = AddressPolicy()
        let url = try TargetURL("https://hooks.x.com/in/abc?token=secret", policy: policy)
        let slack = try TargetURL("https://hooks.slack.com/services/T0/B0/secret", policy: policy)
        let secret = WebhookSecret.generate()
        let shown = EndpointDestination.webhook(url, secret: secret, headers: [], isShown: true)
        #expect(shown.target == "https://hooks.x.com/in/abc")
        #expect(shown.secrets.url == url.text && shown.secrets.signing(at: Timestamp(milliseconds: 0)) == [secret])
        let hidden = EndpointDestination.webhook(url, secret: secret, headers: [], isShown: false)
        #expect(hidden.target == "https://hooks.x.com/…" && hidden.remark == nil)
        #expect(shown.remark?.contains("--webhook -") == true)
        #expect(EndpointDestination.slack(slack).target == "https://hooks.slack.com/…")
        #expect(EndpointDestination.slack(slack).remark == nil && EndpointDestination.discord(slack).remark != nil)
        #expect(EndpointDestination.telegram(chat: "-5", token: "secret").target == "chat -5")
        #expect(EndpointDestination.telegram(chat: "-5", token: "s").ratePerMinute == 20)
        #expect(EndpointDestination.telegram(chat: "5", token: "s").ratePerMinute == 60)
    }
}

@Suite struct EndpointRulesTests {
    private let partner = PartnerID("p42")

    @Test func whatIsHeardByDefaultDependsOnWhoseAndForWhom() throws {
        func events(_ channel: NotificationChannel, _ partner: PartnerID?, _ severity: AlertSeverity? = nil) -> String {
            EndpointRules.events(for: channel, of: partner, from: severity).map(\.description).joined(separator: " ")
        }
        #expect(events(.webhook, partner) == "withdrawal.* allocation.* batch.* alert.* notification.send")
        #expect(events(.webhook, nil) == "#")
        #expect(events(.slack, nil) == "alert.# supplier.* withdrawal.failed notification.send")
        #expect(events(.email, nil, .critical) == "alert.# notification.send")
        #expect(events(.telegram, partner, .info).hasPrefix("withdrawal.short withdrawal.failed"))
        for channel in NotificationChannel.allCases {
            for owner in [nil, partner] {
                let rule = RoutingRule(events: EndpointRules.events(for: channel, of: owner, from: .warning))
                #expect(EndpointRules.strangers(in: [rule]).isEmpty)
                #expect(throws: Never.self) { try rule.check() }
            }
        }
    }

    @Test func aRuleThatMakesNoSenseIsRefused() throws {
        let all = try #require(EventPattern("#"))
        let ready = try #require(EventPattern("withdrawal.ready"))
        let quiet = try #require(QuietHours("22:00-07:00"))
        let owner = try #require(partner)
        func objection(_ rule: RoutingRule, _ channel: NotificationChannel, _ partner: PartnerID?) -> String? {
            EndpointRules.objection(to: rule, for: channel, of: partner)
        }
        #expect(objection(RoutingRule(events: [all], partners: [owner]), .slack, owner)?.contains("--only") == true)
        #expect(objection(RoutingRule(events: [all], partners: [owner]), .slack, nil) == nil)
        #expect(objection(RoutingRule(events: [all], quietHours: quiet), .webhook, nil)?.contains("--quiet") == true)
        #expect(objection(RoutingRule(events: [all], digestSeconds: 60), .webhook, nil) != nil)
        #expect(objection(RoutingRule(events: [all], quietHours: quiet), .email, nil) == nil)
        #expect(
            objection(RoutingRule(events: [ready], minimumSeverity: .warning), .slack, nil)?.contains("nothing") == true
        )
        #expect(objection(RoutingRule(events: [ready], minimumSeverity: .info), .slack, nil) == nil)
        let misspelt = try #require(EventPattern("withdrawl.*"))
        #expect(EndpointRules.strangers(in: [RoutingRule(events: [misspelt, ready])]) == [misspelt])
    }

    @Test func aRuleIsShownInOneLine() throws {
        let rule = RoutingRule(
            events: try EndpointParsing.events("alert.#,supplier.*"),
            minimumSeverity: .warning,
            partners: [try #require(partner)],
            quietHours: QuietHours("22:00-07:00"),
            digestSeconds: 900
        )
        #expect(
            EndpointRules.text(rule) == "alert.# supplier.*, from warning, of p42, quiet 22:00-07:00+09:00, every 15m"
        )
    }

    @Test(arguments: [
        ["ops"], ["ops", "--slack", "--discord"], ["ops", "--webhook", "https://x.com", "--token-file", "t"],
        ["ops", "--slack", "--header-file", "h"], ["ops", "--telegram", "x"], ["ops", "--email", "nobody"],
        ["ops", "--webhook", "https://x.com", "--quiet", "22:00-07:00"], ["ops", "--slack", "--quiet", "22-07"],
        ["ops", "--webhook", "https://x.com", "--rate", "0"], ["ops", "--slack", "--in-flight", "65"],
        ["ops", "--slack", "--digest", "5s"], ["ops", "--slack", "--language", "fr"],
        ["ops", "--slack", "--severity", "high"], ["ops", "--slack", "--partner", "p42", "--only-partners", "p7"],
        ["ops", "--slack", "https://hooks.slack.com/services/a"],
        ["ops", "--webhook", "https://x.com", "--url-file", "f"],
    ])
    func anEndpointThatMakesNoSenseIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try EndpointsAdd.parse(arguments) }
    }

    @Test func optionsBecomeOneRule() throws {
        let command = try EndpointsAdd.parse([
            "ops", "--telegram", "-1001234", "--events", "alert.#,supplier.*", "--events", "withdrawal.failed",
            "--severity", "warning", "--only-partners", "p42,p7", "--quiet", "22:00-07:00+01:00", "--digest", "15m",
        ])
        #expect(command.telegram == "-1001234")
        let rule = try command.rule.rule(for: .telegram, of: nil)
        #expect(rule.events.map(\.description) == ["alert.#", "supplier.*", "withdrawal.failed"])
        #expect(rule.minimumSeverity == .warning && rule.partners?.map(\.rawValue) == ["p42", "p7"])
        #expect(rule.quietHours?.description == "22:00-07:00+01:00" && rule.digestSeconds == 900)
        #expect(rule == (try JSONRoundTrip.of(rule)))
    }
}
