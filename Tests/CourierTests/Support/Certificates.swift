internal import LocalStack
internal import Testing

/// An authority, certificates that it signed, and one that signed itself; removed with the process.
struct Certificates {
    let directory: String

    var authority: String { directory + "/ca.pem" }

    /// - Parameter names: what each certificate is for, by the name of its file: `["good": "DNS:good.example"]`.
    init(_ names: [String: String]) async throws {
        directory = try ServerDirectory.temporary().path
        try await openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout ca.key -out ca.pem -subj /CN=ca"
        )
        for (file, name) in names {
            try LocalFile.write("subjectAltName=\(name)\n", to: "\(directory)/\(file).names")
            let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(file).key"
            try await openssl("req \(key) -out \(file).csr -subj /CN=\(file)")
            try await openssl(
                "x509 -req -in \(file).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out \(file).pem "
                    + "-extfile \(file).names"
            )
        }
        try await openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout self.key -out self.pem "
                + "-subj /CN=self -addext subjectAltName=DNS:good.example"
        )
    }

    private func openssl(_ arguments: String) async throws {
        let words = arguments.split(separator: " ").map(String.init)
        let result = try await Launch("/usr/bin/openssl", words, directory: directory).run()
        try #require(result.succeeded, "openssl \(arguments): \(result.errors)")
    }
}
