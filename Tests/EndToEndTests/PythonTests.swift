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
            let python = try await PythonEnvironment.make(in: home, packages: ["pytest"] + packages)
            let path =
                "\(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))/../EndToEnd/\(folder)"
            let tests = python.launch(
                ["-m", "pytest", "-q", "-p", "no:cacheprovider", path],
                variables: ["BUSBAR_DEVNET_URL": url]
            )
            return try await tests.run(limit: .patient(.seconds(240)))
        }
    }
}
