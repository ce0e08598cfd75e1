import Foundation
import LocalStack
import Messaging
import TestSupport
import Testing

@Suite("TLS", .serialized)
struct TLSTests {
    /// A certificate authority, a broker's certificate for `localhost`, and another authority that signed nothing.
    private struct Certificates {
        let directory: URL
        var authority: String { directory.appendingPathComponent("ca.pem").path }
        var stranger: String { directory.appendingPathComponent("stranger.pem").path }
        var certificate: String { directory.appendingPathComponent("broker.pem").path }
        var key: String { directory.appendingPathComponent("broker.key").path }

        init() async throws {
            directory = FileManager.default.temporaryDirectory.appendingPathComponent("busbar-tls-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            for name in ["ca", "stranger"] {
                try await openssl(
                    "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout \(name).key -out \(name).pem -subj /CN=\(name)"
                )
            }
            try await openssl("req -newkey rsa:2048 -nodes -keyout broker.key -out broker.csr -subj /CN=localhost")
            try "subjectAltName=DNS:localhost\n".write(
                to: directory.appendingPathComponent("names"),
                atomically: true,
                encoding: .utf8
            )
            try await openssl(
                "x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out broker.pem -extfile names"
            )
        }

        private func openssl(_ arguments: String) async throws {
            let words = arguments.split(separator: " ").map(String.init)
            let result = try await Launch("/usr/bin/openssl", words, directory: directory.path).run()
            try #require(result.succeeded, "openssl \(arguments): \(result.errors)")
        }

        func remove() { try? FileManager.default.removeItem(at: directory) }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
    func theBrokersCertificateIsChecked() async throws {
        let certificates = try await Certificates()
        defer { certificates.remove() }
        let port = 30_000 + Int.random(in: 0..<2000)
        let settings = RabbitMQSettings(configuration: [
            "listeners.ssl.1 = 127.0.0.1:\(port)",
            "ssl_options.cacertfile = \(certificates.authority)",
            "ssl_options.certfile = \(certificates.certificate)",
            "ssl_options.keyfile = \(certificates.key)",
            "ssl_options.verify = verify_none",
        ])
        try await withOwnBroker(settings: settings) { server in
            var configuration = MessagingConfiguration.testing(server)
            configuration.hosts = [.init("localhost", port: port)]
            configuration.tls = TLSConfiguration(certificateAuthorityFile: certificates.authority)
            let topology = Topology(queues: [.init("q")])
            try await withClient(configuration, topology: topology) { client in
                let messages = (0..<500).map { message("q", String(repeating: "\($0) ", count: 500)) }
                let outcomes = try await client.publish(messages)
                let confirmed = outcomes.count { $0.isConfirmed }
                #expect(confirmed == 500)
                var seen: [String] = []
                for await batch in client.deliveries(from: "q") {
                    seen += batch.map(\.text)
                    batch.acknowledge()
                    if seen.count >= 500 { break }
                }
                #expect(seen.sorted() == messages.map { String(decoding: $0.body, as: UTF8.self) }.sorted())
            }
            await expectRefusal(configuration, "an authority that did not sign it") {
                $0.tls?.certificateAuthorityFile = certificates.stranger
            }
            await expectRefusal(configuration, "a name it does not carry") {
                $0.hosts = [.init("127.0.0.1", port: port)]
            }
            await expectRefusal(configuration, "a file that is not there") {
                $0.tls?.certificateAuthorityFile = "/nowhere.pem"
            }
            try await BrokerSession.with(configuration) { try await $0.connect() }
        }
    }

    private func expectRefusal(
        _ configuration: MessagingConfiguration,
        _ what: Comment,
        _ change: (inout MessagingConfiguration) -> Void
    ) async {
        var changed = configuration
        change(&changed)
        let refused = changed
        await #expect(what) { try await BrokerSession.with(refused) { try await $0.connect() } } throws: { error in
            (error as? MessagingError)?.code == .tlsFailed
        }
    }
}
