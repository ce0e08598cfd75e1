internal import Foundation
internal import LocalStack
internal import Models
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import Courier

/// One after the other: they share what has to be installed.
@Suite(.serialized, .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
struct MailTests {
    /// What the server printed of a mail.
    private struct Arrived: Decodable {
        var sender: String
        var recipients: [String]
        var type: String
        var from: String
        var to: String
        var subject: String
        var id: String
        var date: String
        var auto: String
        var mime: String
        var parts: [[String]]
        var longest: Int
        var ascii: Bool
        var bare: Int
        var tls: Bool
        var user: String?
        var hello: String
    }

    private static let password = "p\u{E4}ssword: 1"
    /// Longer than a line may be, in two languages, with all that has a meaning somewhere.
    private static let subject =
        "[긴급] 에너지 잔량 부족 \"pool-1\" =?utf-8?B?eA==?= 출금 대기 12건, 예상 소진까지 3분: 확인이 필요합니다"
    private static let plain = "첫 줄\n.\n..두 점\r\nFrom here on\n" + String(repeating: "긴 줄 ", count: 600)
    private static let html = "<p>Energy is <b>low</b> = 3 %</p>\n" + String(repeating: "<br>long line ", count: 300)

    private func envelope(
        _ recipients: [String] = ["Operations Team <ops@example.com>", "\"김 운영\" <kim@example.com>"],
        timeout: Duration = .seconds(60)
    ) throws -> MailEnvelope {
        MailEnvelope(
            id: "01J-mail.1",
            recipients: try recipients.map { text throws(MailError) in try MailAddress(text) },
            subject: Self.subject,
            plain: Self.plain,
            html: Self.html,
            date: Timestamp(milliseconds: 1_795_254_600_000),
            timeout: timeout
        )
    }

    /// A courier with this relay, whose authority it trusts.
    private func with<Result>(
        _ scheme: String,
        _ server: PythonServer,
        _ certificates: Certificates,
        password: String? = password,
        host: String = "relay.test",
        allowsPlaintext: Bool = false,
        _ body: (Courier) async throws -> Result
    ) async throws -> Result {
        // A relay inside our networks is operations' own choice: nothing is allowed by the policy here.
        try await withCourier(AddressPolicy(), resolver: ScriptedResolver("127.0.0.1")) { configuration in
            configuration.certificateAuthorityFile = certificates.authority
            configuration.relay = try? SMTPRelay(
                url: "\(scheme)://\(host):\(server.port)",
                user: password == nil ? nil : "busbar",
                password: password,
                sender: MailAddress("Busbar 알림 <busbar@house.example>"),
                allowsPlaintext: allowsPlaintext
            )
        } _: { courier in
            try await body(courier)
        }
    }

    private func failure(_ courier: Courier, _ envelope: MailEnvelope) async -> CourierFailure? {
        do throws(CourierFailure) {
            _ = try await courier.mail(envelope)
            return nil
        } catch {
            return error
        }
    }

    @Test func mailIsHandedOverByEveryProtectionAndReadAsItWasMeant() async throws {
        let certificates = try await Certificates(["relay": "DNS:relay.test", "other": "DNS:other.test"])
        let python = try await PythonEnvironment.make(in: certificates.directory, packages: ["aiosmtpd==1.4.6"])
            .interpreter
        for (mode, scheme) in [("starttls", "smtp"), ("tls", "smtps"), ("plain", "smtp")] {
            try await PythonServer.with(
                MailServer.source,
                [mode, "relay"],
                python: python,
                in: certificates.directory
            ) { server in
                try await with(scheme, server, certificates, allowsPlaintext: mode == "plain") { courier in
                    let receipt = try await courier.mail(try envelope())
                    #expect(receipt.reply == "250 2.0.0 queued as 1")
                    #expect(receipt.refused.isEmpty && receipt.address == "127.0.0.1")
                    // A second one, over the connection of the first; without layout and in ASCII.
                    var second = try envelope(["ops@example.com"])
                    second.html = nil
                    second.plain = "plain = 1"
                    second.subject = "Low"
                    _ = try await courier.mail(second)
                    try check(server.lines, isProtected: mode != "plain")
                }
            }
        }
        try await refusals(python, certificates)
        try await protections(python, certificates)
        await LocalFile.remove(certificates.directory)
    }

    private func check(_ lines: [String], isProtected: Bool) throws {
        let mails = try lines.map { try JSONDecoder().decode(Arrived.self, from: Data($0.utf8)) }
        try #require(mails.count == 2)
        let mail = mails[0]
        #expect(mail.sender == "busbar@house.example")
        #expect(mail.recipients == ["ops@example.com", "kim@example.com"])
        #expect(mail.from == "Busbar 알림 <busbar@house.example>")
        #expect(mail.to == "Operations Team <ops@example.com>, 김 운영 <kim@example.com>")
        #expect(mail.subject == Self.subject)
        #expect(mail.id == "<01J-mail.1@house.example>")
        #expect(mail.date == "2026-11-21T09:50:00+00:00")
        #expect(mail.auto == "auto-generated" && mail.mime == "1.0")
        #expect(mail.type == "multipart/alternative")
        let ends = Self.plain.replacing("\r\n", with: "\n")
        #expect(mail.parts.map { $0[0] } == ["text/plain", "text/html"])
        #expect(mail.parts.map { $0[1] } == ["base64", "quoted-printable"])
        #expect(mail.parts[0][2].replacing("\r\n", with: "\n") == ends + "\n")
        #expect(mail.parts[1][2].replacing("\r\n", with: "\n") == Self.html + "\n")
        #expect(mail.ascii && mail.bare == 0 && mail.longest <= 100, "\(mail.longest)")
        #expect(mail.tls == isProtected && mail.user == "busbar" && mail.hello == "house.example")
        #expect(mails[1].parts.map { $0[2].replacing("\r\n", with: "\n") } == ["plain = 1\n"])
        #expect(mails[1].subject == "Low" && mails[1].recipients == ["ops@example.com"])
    }

    /// What the relay does not take is said in its own words.
    private func refusals(_ python: String, _ certificates: Certificates) async throws {
        try await PythonServer.with(
            MailServer.source,
            ["starttls", "relay"],
            python: python,
            in: certificates.directory
        ) { server in
            try await with("smtp", server, certificates) { courier in
                let mixed = ["nobody@example.com", "ops@example.com", "busy@example.com"]
                let receipt = try await courier.mail(try envelope(mixed))
                #expect(
                    receipt.refused.map { "\($0.recipient): \($0.reply)" } == [
                        "nobody@example.com: 550 5.1.1 no such user", "busy@example.com: 450 4.2.0 try later",
                    ]
                )
                #expect(server.lines.count == 1 && server.lines[0].contains("\"recipients\": [\"ops@example.com\"]"))
                let nobody = try #require(await failure(courier, try envelope(["nobody@example.com"])))
                #expect(nobody.code == .refusedMail && nobody.status == 550, "\(nobody)")
                #expect(nobody.reason == "the relay says: 550 5.1.1 no such user")
                let busy = try #require(await failure(courier, try envelope(["busy@example.com"])))
                #expect(busy.code == .refusedMail && busy.status == 450, "\(busy)")
                let refused = try #require(await failure(courier, try envelope(["refuse@example.com"])))
                #expect(refused.code == .refusedMail && refused.status == 554, "\(refused)")
                let hanging = try envelope(["hang@example.com"], timeout: .milliseconds(500))
                let late = try #require(await failure(courier, hanging))
                #expect(late.code == .timedOut && late.reason.contains("last word was: 250 OK"), "\(late)")
                // And goes on.
                _ = try await courier.mail(try envelope())
            }
            let wrong = try await with("smtp", server, certificates, password: "wrong") { courier in
                try #require(await failure(courier, try envelope()))
            }
            #expect(wrong.code == .refusedMail && wrong.status == 535, "\(wrong)")
            #expect(!wrong.reason.contains("wrong"))
        }
    }

    /// Without TLS, or with another's certificate, neither password nor mail is told.
    private func protections(_ python: String, _ certificates: Certificates) async throws {
        for (mode, certificate) in [("notls", "relay"), ("starttls", "other"), ("starttls", "self")] {
            try await PythonServer.with(
                MailServer.source,
                [mode, certificate],
                python: python,
                in: certificates.directory
            ) { server in
                let refusal = try await with("smtp", server, certificates) { courier in
                    try #require(await failure(courier, try envelope()))
                }
                #expect(refusal.code == .tls, "\(mode), \(certificate): \(refusal)")
                #expect(server.lines.isEmpty)
            }
        }
    }
}
