import Configuration
import Messaging
import ServiceKit
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#endif

@Suite struct ConfigurationTests {
    private let own: [ConfigurationKey] = [
        .required("allocator.batch", .integer(1...500), "How many at once."),
        .optional("allocator.margin", .number(0...1), default: "0.1", "Margin."),
        .secret("allocator.seed", "Seed."),
    ]

    private func problems(
        _ environment: [String: String],
        service: String = "allocator"
    ) -> [ConfigurationError.Problem] {
        do {
            _ = try ServiceConfiguration(service: service, keys: own, environment: environment)
            return []
        } catch {
            return error.problems
        }
    }

    private let enough = ["BUSBAR_ENVIRONMENT": "local", "BUSBAR_ALLOCATOR_BATCH": "200"]

    @Test func valuesComeFromTheEnvironmentThenDefaults() throws {
        let configuration = try ServiceConfiguration(
            service: "allocator",
            keys: own,
            environment: enough.merging(["BUSBAR_BROKER_HOSTS": " a:1 , b:2,", "BUSBAR_BROKER_HEARTBEAT": "1500ms"]) {
                $1
            }
        )
        #expect(configuration.integer(own[0]) == 200)
        #expect(configuration.number(own[1]) == 0.1)
        #expect(configuration.list(.brokerHosts) == ["a:1", "b:2"])
        #expect(configuration.duration(.brokerHeartbeat) == .milliseconds(1500))
        #expect(!configuration.flag(.brokerTLS))
        #expect(configuration.optionalText(.databasePassword) == nil)
        #expect(configuration.reader.string(forKey: "broker.vhost") == "busbar")
    }

    @Test func everyProblemIsNamedAtOnce() {
        let found = problems([
            "BUSBAR_BROKER_HOST": "a:1", "BUSBAR_DATABASE_POOL_SIZE": "many", "BUSBAR_BROKER_PASSWORD": "guest",
            "BUSBAR_CRASH_AT": "commit:1", "UNRELATED": "x", "BUSBAR_DATABASE_NAME": "",
        ])
        let text = ConfigurationError(problems: found).description
        #expect(found.count == 5)
        #expect(text.contains("BUSBAR_BROKER_HOST is not known; did you mean BUSBAR_BROKER_HOSTS?"))
        #expect(text.contains("BUSBAR_DATABASE_POOL_SIZE=many is not valid: expected a whole number from 1 to 100"))
        #expect(text.contains("BUSBAR_BROKER_PASSWORD is a default or well-known secret"))
        #expect(text.contains("BUSBAR_CRASH_AT works with BUSBAR_ENVIRONMENT=local only"))
        #expect(text.contains("BUSBAR_ALLOCATOR_BATCH is missing: How many at once."))
    }

    @Test func aKeyOfAnotherServiceIsThatServicesToCheck() {
        #expect(problems(enough.merging(["BUSBAR_NOTIFIER_WHATEVER": "1"]) { $1 }).isEmpty)
        #expect(problems(enough.merging(["BUSBAR_ALLOCATOR_WHATEVER": "1"]) { $1 }).count == 1)
    }

    @Test func anUnlikeNameHasNoNearest() {
        #expect(
            problems(enough.merging(["BUSBAR_QQQQQQQQQQ": "1"]) { $1 })
                == [.unknown(name: "BUSBAR_QQQQQQQQQQ", nearest: nil)]
        )
    }

    @Test(arguments: [
        ("BUSBAR_BROKER_HEARTBEAT", "10"), ("BUSBAR_BROKER_TLS", "maybe"), ("BUSBAR_LOG_LEVEL", "loud"),
        ("BUSBAR_CLOCK_URL", "ftp://x"), ("BUSBAR_CLOCK_URL", "nonsense"), ("BUSBAR_ADMIN_PORT", "65536"),
        ("BUSBAR_BROKER_CA_FILE", "/does/not/exist"), ("BUSBAR_CRASH_AT", "nowhere:1"), ("BUSBAR_CRASH_AT", "ack:0"),
    ])
    func anInvalidValueIsRefused(variable: String, value: String) throws {
        let found = problems(enough.merging([variable: value]) { $1 })
        try #require(found.count == 1)
        #expect(found[0].description.hasPrefix("\(variable)=\(value) is not valid: "))
    }

    private func load(_ environment: [String: String]) throws -> ServiceConfiguration {
        try ServiceConfiguration(service: "allocator", keys: own, environment: enough.merging(environment) { $1 })
    }

    @Test func theBrokersPortFollowsTLSAndItsHeartbeatIsASecondAtLeast() throws {
        let plain = try load(["BUSBAR_BROKER_HOSTS": "a,b:7"])
        #expect(try plain.messaging(connectionName: "test").hosts.map(\.port) == [5672, 7])
        let secure = try load(["BUSBAR_BROKER_HOSTS": "a,b:7", "BUSBAR_BROKER_TLS": "true"])
        #expect(try secure.messaging(connectionName: "test").hosts.map(\.port) == [5671, 7])
        let hasty = try load(["BUSBAR_BROKER_HEARTBEAT": "250ms"])
        #expect(throws: ConfigurationError.self) { try hasty.messaging(connectionName: "test") }
    }

    @Test func aFileGivesValuesSecretsAndComplaints() throws {
        let directory = URL(filePath: "/tmp/busbar-configuration-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "busbar.json")
        let secret = directory.appending(path: "password")
        try Data(
            #"{"environment":"local","broker":{"hosts":["x:1","y:2"],"tls":true,"vhos":"v"},"allocator":{"batch":50}}"#
                .utf8
        ).write(to: file)
        try Data("long secret\n".utf8).write(to: secret)
        var environment = ["BUSBAR_CONFIG_FILE": file.path, "BUSBAR_DATABASE_PASSWORD_FILE": secret.path]
        #expect(problems(environment) == [.unknown(name: "broker.vhos", nearest: "broker.vhost")])

        try Data(#"{"environment":"local","broker":{"hosts":["x:1","y:2"],"tls":true},"allocator":{"batch":50}}"#.utf8)
            .write(to: file)
        environment["BUSBAR_ALLOCATOR_BATCH"] = "60"
        let configuration = try ServiceConfiguration(service: "allocator", keys: own, environment: environment)
        #expect(configuration.list(.brokerHosts) == ["x:1", "y:2"])
        #expect(configuration.flag(.brokerTLS))
        #expect(configuration.integer(own[0]) == 60)
        #expect(configuration.text(.databasePassword) == "long secret")
        #expect(configuration.secrets.contains("long secret"))

        environment["BUSBAR_DATABASE_PASSWORD"] = "other"
        #expect(problems(environment) == [.ambiguous(key: .databasePassword)])
        environment["BUSBAR_DATABASE_PASSWORD"] = nil
        environment["BUSBAR_DATABASE_PASSWORD_FILE"] = "/does/not/exist"
        #expect(problems(environment).count == 1)
    }

    @Test func secretValuesAreNotInComplaintsNorTables() {
        let key = ConfigurationKey.secret("allocator.seed", "Seed.")
        let problem = ConfigurationError.Problem.invalid(key: key, value: "hunter2", reason: "no")
        #expect(!problem.description.contains("hunter2"))
        #expect(
            ConfigurationTable.markdown([key]).hasSuffix(
                "| `BUSBAR_ALLOCATOR_SEED` | text, secret, or `BUSBAR_ALLOCATOR_SEED_FILE` | none | Seed. |\n"
            )
        )
    }

    @Test func namesOfKeysAreUniqueAndSoAreTheirVariables() {
        let keys = ConfigurationKey.house
        #expect(Set(keys.map(\.name)).count == keys.count)
        #expect(Set(keys.flatMap { [$0.variable, $0.fileVariable] }).count == 2 * keys.count)
    }
}
