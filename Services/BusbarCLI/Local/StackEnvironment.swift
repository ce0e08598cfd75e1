internal import LocalStack

/// The variables that tell a program where the parts of this stack are: the one place they are made.
struct StackEnvironment: Sendable {
    var brokerPort: Int
    var brokerUser: String
    var brokerPassword: String
    var vhost: String
    var databasePort: Int
    var databaseUser: String
    var databasePassword: String
    var databaseName: String
    /// The chain's node; empty without a chain.
    var node: String
    /// Seals what endpoints of notifications keep secret.
    var notifierKey: String
    /// The devnet whose time is followed; nil on a real network.
    var clock: String?
    /// Further `BUSBAR_` variables: the caller's own, and what the preparation of the chain found out.
    var extra: [String: String] = [:]

    /// What the devnet plays under `/prices`.
    private static let priceSources = ["coingecko", "binance", "okx", "kraken", "justlend"]

    /// All of them, for services and for `busbar env`.
    var variables: [String: String] {
        var all = [
            "BUSBAR_ENVIRONMENT": "local",
            "BUSBAR_BROKER_HOSTS": "127.0.0.1:\(brokerPort)",
            "BUSBAR_BROKER_USER": brokerUser,
            "BUSBAR_BROKER_PASSWORD": brokerPassword,
            "BUSBAR_BROKER_VHOST": vhost,
            "BUSBAR_DATABASE_HOSTS": "127.0.0.1:\(databasePort)",
            "BUSBAR_DATABASE_USER": databaseUser,
            "BUSBAR_DATABASE_PASSWORD": databasePassword,
            "BUSBAR_DATABASE_NAME": databaseName,
            "BUSBAR_DATABASE_TLS": "disable",
            "BUSBAR_NOTIFIER_SECRETS_KEY": notifierKey,
        ]
        if !node.isEmpty { all["BUSBAR_TRON_NODES"] = node }
        if let clock {
            all["BUSBAR_CLOCK_URL"] = clock
            // Webhooks may go to the devnet's sinks and chats, and to whatever listens beside them.
            all["BUSBAR_NOTIFIER_ALLOWED_NETWORKS"] = "127.0.0.1/32"
            all["BUSBAR_NOTIFIER_TELEGRAM_URL"] = "\(clock)/telegram"
            for source in Self.priceSources {
                all["BUSBAR_PRICE_\(source.uppercased())_URL"] = "\(clock)/prices/\(source)"
            }
        }
        // Named in a file by the caller: both together are refused.
        if extra["BUSBAR_NOTIFIER_SECRETS_KEY_FILE"] != nil { all["BUSBAR_NOTIFIER_SECRETS_KEY"] = nil }
        return all.merging(extra) { _, given in given }
    }

    /// The environment of a service: the stack's variables and nothing of the caller's shell but what programs need.
    func service(role: String, adminPort: Int) -> [String: String] {
        var all = Launch.plainEnvironment.merging(variables) { $1 }
        // A service sees its own schema and nothing else.
        all["BUSBAR_DATABASE_USER"] = role
        all["BUSBAR_ADMIN_HOST"] = "127.0.0.1"
        all["BUSBAR_ADMIN_PORT"] = String(adminPort)
        all["BUSBAR_LOG_FORMAT"] = all["BUSBAR_LOG_FORMAT"] ?? "text"
        for name in ["TZ", "SWIFT_BACKTRACE", "LD_LIBRARY_PATH"] { all[name] = Launch.variable(name) ?? all[name] }
        return all
    }

    /// Variables as lines for a shell.
    static func exports(of variables: [String: String]) -> [String] {
        variables.sorted { $0.key < $1.key }.map { "export \($0.key)='\($0.value.map(quoted).joined())'" }
    }

    private static func quoted(_ character: Character) -> String { character == "'" ? #"'\''"# : String(character) }
}
