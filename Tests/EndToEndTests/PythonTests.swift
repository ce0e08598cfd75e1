internal import Glibc
internal import LocalStack
internal import TestSupport
internal import Testing

extension EndToEndTests {
    /// Unmodified TRON clients of others against the devnet.
    @Suite(.serialized)
    struct Python {
        @Test func tronpyAndTheNodeAPIByHand() async throws {
            try await pytest("python", packages: ["tronpy==0.6.2"])
        }

        @Test func tronZapsOwnSDKBuysFromTheSandbox() async throws {
            try await pytest("suppliers", packages: ["tronzap-sdk==1.6.0"])
        }

        /// Runs the tests of a folder beside a devnet of their own.
        private func pytest(_ folder: String, packages: [String]) async throws {
            let home = try ServerDirectory.temporary()
            do {
                let devnet = try await DevnetProcess.start(
                    try Executables.path("devnet"),
                    blockInterval: "200ms",
                    in: home.path
                )
                do {
                    let result = try await run(folder, packages, home.path, devnet.url)
                    #expect(result.succeeded, "\(result.output.suffix(6000))")
                } catch {
                    await devnet.process.stop(grace: .seconds(5))
                    throw error
                }
                #expect(await devnet.process.stop(grace: .patient(.seconds(5))) == .exited(0))
            } catch {
                await LocalFile.remove(home.path)
                throw error
            }
            await LocalFile.remove(home.path)
        }

        private func run(
            _ folder: String,
            _ packages: [String],
            _ home: String,
            _ url: String
        ) async throws -> CommandResult {
            // A virtual environment of its own: what is installed on the machine is left as it is.
            try await succeed(Launch("python3", ["-m", "venv", home + "/venv"]))
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pytest"] + packages
            // Where packages come from is the machine's to say.
            let own = Launch.variables(prefix: "PIP_")
                .merging(Launch.variables(prefix: "SSL_")) { $1 }
                .merging(Launch.variables(prefix: "HTTPS_")) { $1 }
                .merging(Launch.variables(prefix: "REQUESTS_")) { $1 }
            var environment = Launch.plainEnvironment.merging(own) { $1 }
            environment["HOME"] = Launch.variable("HOME")
            try await succeed(Launch(home + "/venv/bin/python", pip, environment: environment))
            let path =
                "\(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))/../EndToEnd/\(folder)"
            let tests = Launch(
                home + "/venv/bin/python",
                ["-m", "pytest", "-q", "-p", "no:cacheprovider", path],
                environment: Launch.plainEnvironment.merging(
                    ["BUSBAR_DEVNET_URL": url, "PYTHONDONTWRITEBYTECODE": "1"]
                ) { $1 }
            )
            return try await tests.run(limit: .patient(.seconds(240)))
        }

        private func succeed(_ launch: Launch) async throws {
            let result = try await launch.run(limit: .patient(.seconds(240)))
            guard result.succeeded else {
                throw EndToEndError("\(launch.arguments.joined(separator: " ")) \(result.end): \(result.errors)")
            }
        }
    }
}
