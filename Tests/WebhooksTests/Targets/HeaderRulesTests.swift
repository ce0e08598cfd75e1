import Testing
import Webhooks

@Suite struct HeaderRulesTests {
    @Test func authorizationAndOwnNamesMayBeSet() throws {
        try HeaderRules.check([
            ("Authorization", "Bearer abc.def"), ("X-Api-Key", "k~!@#$%^&*()"), ("x-tenant", "a b"),
            ("X-Trace_1", "1"),
        ])
    }

    @Test(arguments: [
        ("Host", "evil"), ("Content-Length", "0"), ("Transfer-Encoding", "chunked"), ("Connection", "close"),
        ("Proxy-Authorization", "x"), ("Cookie", "a=b"), ("webhook-id", "1"), ("Webhook-Signature", "v1,x"),
        ("Content-Type", "text/plain"), ("User-Agent", "x"), ("TE", "trailers"), ("Upgrade", "h2c"), ("X-", "1"),
        ("Metadata-Flavor", "Google"),
    ])
    func otherNamesMayNot(name: String, value: String) {
        #expect(throws: HeaderRulesError.notAllowed(name)) { try HeaderRules.check(name: name, value: value) }
    }

    @Test(arguments: [
        "X-Forwarded-For", "x-forwarded-host", "X-Real-IP", "X-Original-URL", "X-HTTP-Method-Override",
        "X-aws-ec2-metadata-token", "X-Google-Metadata-Request",
    ])
    func namesThatMeanSomethingOnTheWayAreReserved(name: String) {
        #expect {
            try HeaderRules.check(name: name, value: "1")
        } throws: { error in
            if case .reserved(name, _)? = error as? HeaderRulesError { true } else { false }
        }
    }

    @Test(arguments: ["", "X A", "X-A:", "X-A\r\nHost", "X-\u{E9}", "X-A\0", "X-\"a\""])
    func aNameIsAToken(name: String) {
        #expect(throws: HeaderRulesError.badName(name)) { try HeaderRules.check(name: name, value: "1") }
    }

    @Test(arguments: ["a\r\nHost: x", "a\nb", "a\rb", "a\0b", "\u{E9}", " a", "a ", "a\tb", "a\u{7F}"])
    func aValueCannotEndItsHeader(value: String) {
        #expect(throws: HeaderRulesError.badValue(of: "X-A")) { try HeaderRules.check(name: "X-A", value: value) }
    }

    @Test func countAndLengthAreBounded() throws {
        let many = (0..<HeaderRules.maximumCount).map { (name: "X-\($0)", value: "1") }
        try HeaderRules.check(many)
        #expect(throws: HeaderRulesError.tooMany(17)) { try HeaderRules.check(many + [("X-More", "1")]) }
        try HeaderRules.check(name: "X-A", value: String(repeating: "a", count: 1021))
        #expect(throws: HeaderRulesError.tooLong("X-A", 1025)) {
            try HeaderRules.check(name: "X-A", value: String(repeating: "a", count: 1022))
        }
        #expect(throws: HeaderRulesError.twice("x-a")) { try HeaderRules.check([("X-A", "1"), ("x-a", "2")]) }
        #expect(throws: HeaderRulesError.emptyValue(of: "X-A")) { try HeaderRules.check(name: "X-A", value: "") }
    }

    @Test func noValueIsShown() {
        let error = HeaderRulesError.badValue(of: "Authorization")
        #expect(error.description.contains("Authorization") && !error.description.contains("Bearer"))
    }
}
