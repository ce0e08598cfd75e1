/// The files of a private broker inside its directory.
struct RabbitMQFiles: Sendable {
    let path: String

    var log: String { path + "/rabbitmq.log" }
    var controlLog: String { path + "/control.log" }
    var home: String { path + "/home" }
    var configuration: String { path + "/rabbitmq.conf" }
    var cookie: String { home + "/.erlang.cookie" }
    var accessFile: String { path + "/access" }

    /// The node's name: the same at every start, since the broker names its data after it.
    static let node = "busbar@localhost"

    /// Writes what the broker reads at its start.
    func prepare(_ settings: RabbitMQSettings, port: Int) throws(LocalStackError) {
        for folder in [path, home, path + "/data", path + "/log"] { try Files.makeDirectory(folder) }
        if !Files.exists(cookie) { try Files.write(Secret.random(), to: cookie, mode: 0o400) }
        try Files.write(settings.file(port: port), to: configuration)
        try Files.write("[].\n", to: path + "/enabled_plugins")
    }

    /// The variables the broker's scripts read. Nothing of a system-wide installation is left to apply.
    func environment(epmdPort: Int, distributionPort: Int, schedulers: Int) -> [String: String] {
        var variables = Launch.plainEnvironment
        variables["HOME"] = home
        variables["ERL_EPMD_PORT"] = String(epmdPort)
        variables["ERL_EPMD_ADDRESS"] = "127.0.0.1"
        variables["RABBITMQ_NODENAME"] = Self.node
        variables["RABBITMQ_CONF_ENV_FILE"] = "/dev/null"
        variables["RABBITMQ_CONFIG_FILE"] = configuration
        variables["RABBITMQ_ADVANCED_CONFIG_FILE"] = path + "/advanced.config"
        variables["RABBITMQ_MNESIA_BASE"] = path + "/data"
        variables["RABBITMQ_LOG_BASE"] = path + "/log"
        variables["RABBITMQ_ENABLED_PLUGINS_FILE"] = path + "/enabled_plugins"
        variables["RABBITMQ_DIST_PORT"] = String(distributionPort)
        variables["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            "+S \(schedulers):\(schedulers) +A 16 -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
        // Makes the script become the virtual machine instead of waiting for it as a shell.
        variables["detached"] = "1"
        return variables
    }
}
