internal import Foundation
internal import LocalStack
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import Courier

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
struct TLSTests {
    /// Answers every request with 200, by TLS of the version given last (`1.1`, `1.2`, `1.3`), and prints the name that
    /// the client asked for and each request's line.
    private static let server = """
        import http.server, ssl, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                print(self.requestline, self.headers["host"])
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()
            def log_message(self, *_): pass
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1] + ".pem", sys.argv[1] + ".key")
        context.set_ciphers("ALL:@SECLEVEL=0")
        version = ssl.TLSVersion["TLSv" + sys.argv[2].replace(".", "_")]
        context.minimum_version = context.maximum_version = version
        context.sni_callback = lambda socket, name, context: print("SNI", name)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_port)
        server.serve_forever()
        """

    @Test(arguments: ["1.2", "1.3"])
    func aTrustedCertificateForTheNameIsAccepted(version: String) async throws {
        let certificates = try await Certificates(["good": "DNS:good.example,IP:127.0.0.1"])
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await PythonServer.with(Self.server, ["good", version], in: certificates.directory) { server in
            try await withCourier(policy) {
                $0.certificateAuthorityFile = certificates.authority
            } _: { courier in
                let name = try TargetURL("https://good.example:\(server.port)/hook", policy: policy)
                #expect(try await courier.post(name).status == 200)
                #expect(try await courier.post(name).status == 200)
                let address = try TargetURL("https://127.0.0.1:\(server.port)/by-address", policy: policy)
                #expect(try await courier.post(address).status == 200)
            }
            // The second request went over the connection of the first, and an address is no name to ask for.
            let host = "good.example:\(server.port)"
            #expect(
                server.lines == [
                    "SNI good.example", "POST /hook HTTP/1.1 \(host)", "POST /hook HTTP/1.1 \(host)", "SNI None",
                    "POST /by-address HTTP/1.1 127.0.0.1:\(server.port)",
                ]
            )
        }
        await LocalFile.remove(certificates.directory)
    }

    @Test func aCertificateThatIsNotTrustedOrForAnotherNameIsRefused() async throws {
        let certificates = try await Certificates(["good": "DNS:good.example", "other": "DNS:other.example"])
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        // The file of the certificate, whether its authority is trusted, and what is wrong.
        let cases = [("self", true, "certificate"), ("good", false, "certificate"), ("other", true, "good.example")]
        for (file, isTrusted, words) in cases {
            try await PythonServer.with(Self.server, [file, "1.3"], in: certificates.directory) { server in
                try await withCourier(policy) { configuration in
                    if isTrusted { configuration.certificateAuthorityFile = certificates.authority }
                } _: { courier in
                    let url = try TargetURL("https://good.example:\(server.port)/hook", policy: policy)
                    let failure = try #require(await courier.failure(of: url))
                    #expect(failure.code == .tls, "\(failure)")
                    #expect(failure.reason.contains(words), "\(failure)")
                    #expect(failure.address == "127.0.0.1")
                }
                // Nothing of the request was told.
                let requests = server.lines.filter { $0.contains("POST") }
                #expect(requests.isEmpty)
            }
        }
        await LocalFile.remove(certificates.directory)
    }

    @Test func oldTLSAndNoTLSAreRefused() async throws {
        let certificates = try await Certificates(["good": "DNS:good.example"])
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await PythonServer.with(Self.server, ["good", "1.1"], in: certificates.directory) { server in
            try await withCourier(policy) {
                $0.certificateAuthorityFile = certificates.authority
            } _: { courier in
                let url = try TargetURL("https://good.example:\(server.port)/", policy: policy)
                #expect(await courier.failure(of: url)?.code == .tls)
            }
        }
        try await Receiver.with { _, _ in
            .bytes("HTTP/1.1 400 No\r\n\r\n", closing: true)
        } _: { receiver in
            try await withCourier(policy) { courier in
                let url = try TargetURL("https://good.example:\(receiver.port)/", policy: policy)
                let failure = try #require(await courier.failure(of: url, timeout: .milliseconds(500)))
                #expect([.tls, .timedOut].contains(failure.code), "\(failure)")
            }
            #expect(receiver.record.requests.isEmpty)
        }
        await LocalFile.remove(certificates.directory)
    }
}
