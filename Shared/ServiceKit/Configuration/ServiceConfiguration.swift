public import Configuration
internal import Glibc
internal import Models

/// What a service was told at its start: checked, complete, and the same for its whole life.
///
/// Values come from `BUSBAR_` variables, then from the JSON file `BUSBAR_CONFIG_FILE` names, then from defaults. Unknown
/// variables or file keys with our prefix, missing and invalid values are refused together, with their names.
public struct ServiceConfiguration: Sendable {
    /// All keys this service understands.
    public let keys: [ConfigurationKey]
    /// The checked values for libraries that read from swift-configuration: `broker.hosts` and so on.
    public let reader: ConfigReader

    private let values: [String: String]

    /// - Parameters:
    ///   - service: its name; the part before `-` is the section of its own keys.
    ///   - keys: its own keys, besides ``ConfigurationKey/house``.
    ///   - environment: the process's variables.
    /// - Throws: every problem at once.
    public init(
        service: String,
        keys: [ConfigurationKey] = [],
        environment: [String: String] = Self.processEnvironment
    ) throws(ConfigurationError) {
        let all = ConfigurationKey.house + keys
        let section = String(service.prefix { $0 != "-" })
        var source = ConfigurationSource(keys: all, ownSection: section)
        if let file = environment[ConfigurationKey.configFile.variable], !file.isEmpty { source.add(file: file) }
        source.add(environment: environment)
        var problems = source.problems
        var values = source.values
        let isLocal = values[ConfigurationKey.environment.name] == "local"
        for key in all {
            guard let value = values[key.name] ?? key.defaultValue else {
                if key.isRequired { problems.append(.missing(key: key)) }
                continue
            }
            if let reason = ConfigurationValue.objection(to: value, as: key.type) {
                problems.append(.invalid(key: key, value: value, reason: reason))
            }
            if key.isSecret, !isLocal, ConfigurationValue.isWellKnown(secret: value) {
                problems.append(.defaultSecret(key: key))
            }
            if !isLocal, key == .crashAt || key == .clockURL { problems.append(.localOnly(key: key)) }
            values[key.name] = value
        }
        if let text = values[ConfigurationKey.crashAt.name], CrashPlan(text) == nil {
            problems.append(.invalid(key: .crashAt, value: text, reason: CrashPlan.expectation))
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        self.keys = all
        self.values = values
        let secrets = Set(all.filter(\.isSecret).map(\.name))
        let pairs = values.map { name, value in
            let key = AbsoluteConfigKey(name.split(separator: ".").map(String.init))
            return (key, ConfigValue(.string(value), isSecret: secrets.contains(name)))
        }
        reader = ConfigReader(provider: InMemoryProvider(values: Dictionary(uniqueKeysWithValues: pairs)))
    }

    /// Whether default secrets, crash points and the devnet's clock are allowed.
    public var isLocal: Bool { text(.environment) == "local" }

    /// Values that no log line may show.
    public var secrets: [String] { keys.filter(\.isSecret).compactMap { values[$0.name] } }

    /// The value, or the default; `nil` when there is neither.
    public func optionalText(_ key: ConfigurationKey) -> String? { values[key.name] }

    /// The value of a key that is required or has a default; empty when it has neither.
    public func text(_ key: ConfigurationKey) -> String { values[key.name] ?? "" }

    /// The parts of a list, without empty ones.
    public func list(_ key: ConfigurationKey) -> [String] { ConfigurationValue.list(text(key)) }

    /// Whether it says yes.
    public func flag(_ key: ConfigurationKey) -> Bool { ConfigurationValue.flag(text(key)) ?? false }

    /// A whole number; 0 when nothing is set.
    public func integer(_ key: ConfigurationKey) -> Int { Int(text(key)) ?? 0 }

    /// A number; 0 when nothing is set.
    public func number(_ key: ConfigurationKey) -> Double { Double(text(key)) ?? 0 }

    /// A length of time; zero when nothing is set.
    public func duration(_ key: ConfigurationKey) -> Duration { ConfigurationValue.duration(text(key)) ?? .zero }

    /// The variables of this process.
    public static var processEnvironment: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if let equals = line.firstIndex(of: "=") {
                result[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
            entry += 1
        }
        return result
    }
}
