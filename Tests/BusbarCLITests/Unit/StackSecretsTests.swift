internal import LocalStack
internal import Testing

@testable internal import BusbarCLI

@Suite struct StackSecretsTests {
    private func withFile(_ text: String?, _ body: (String) throws -> Void) async throws {
        let home = try ServerDirectory.temporary()
        let path = home.path + "/secrets"
        do {
            if let text { try LocalFile.write(text, to: path) }
            try body(path)
        } catch {
            await LocalFile.remove(home.path)
            throw error
        }
        await LocalFile.remove(home.path)
    }

    @Test func newOnesAreKept() async throws {
        try await withFile(nil) { path in
            let first = try StackSecrets.load(path)
            let second = try StackSecrets.load(path)
            #expect(first.broker == second.broker && first.database == second.database)
            #expect(first.signer == second.signer && first.notifier == second.notifier)
            #expect(Set([first.broker, first.database, first.signer, first.notifier]).count == 4)
        }
    }

    /// The servers of such a stack know its passwords, and its key file is sealed with them.
    @Test func thoseOfAStackWithoutNotifierStayAndAreAddedTo() async throws {
        try await withFile("broker\ndatabase\nsigner\n") { path in
            let read = try StackSecrets.load(path)
            #expect(read.broker == "broker" && read.database == "database" && read.signer == "signer")
            #expect(LocalFile.read(path) == "broker\ndatabase\nsigner\n\(read.notifier)\n")
            #expect(try StackSecrets.load(path).notifier == read.notifier)
        }
    }

    @Test func theStackTellsTheNotifierWhatItNeeds() throws {
        var environment = StackEnvironment(
            brokerPort: 1,
            brokerUser: "b",
            brokerPassword: "p",
            vhost: "v",
            databasePort: 2,
            databaseUser: "d",
            databasePassword: "q",
            databaseName: "n",
            node: "http://127.0.0.1:3",
            notifierKey: "key",
            clock: "http://127.0.0.1:3"
        )
        #expect(environment.variables["BUSBAR_NOTIFIER_SECRETS_KEY"] == "key")
        #expect(environment.variables["BUSBAR_NOTIFIER_ALLOWED_NETWORKS"] == "127.0.0.1/32")
        #expect(environment.variables["BUSBAR_NOTIFIER_TELEGRAM_URL"] == "http://127.0.0.1:3/telegram")
        environment.extra["BUSBAR_NOTIFIER_SECRETS_KEY_FILE"] = "/run/secrets/key"
        #expect(environment.variables["BUSBAR_NOTIFIER_SECRETS_KEY"] == nil)
        // Nothing of the devnet on a real network.
        environment.clock = nil
        #expect(environment.variables["BUSBAR_NOTIFIER_ALLOWED_NETWORKS"] == nil)
        #expect(environment.variables["BUSBAR_NOTIFIER_TELEGRAM_URL"] == nil)
    }
}
