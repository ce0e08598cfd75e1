public import Messaging
public import Storage

extension ServiceConfiguration {
    /// How to reach the broker.
    /// - Throws: ``ConfigurationError`` for a host that is not `host:port`, or a heartbeat below a second.
    public func messaging(connectionName: String) throws(ConfigurationError) -> MessagingConfiguration {
        var hosts: [MessagingConfiguration.Host] = []
        let usualPort = flag(.brokerTLS) ? 5671 : 5672
        for text in list(.brokerHosts) {
            guard let host = PostgresConfiguration.Host(parsing: text), !host.host.hasPrefix("/") else {
                throw invalid(.brokerHosts, "\(text) is not host:port")
            }
            hosts.append(.init(host.host, port: text.contains(":") ? host.port : usualPort))
        }
        var tls: TLSConfiguration?
        if flag(.brokerTLS) {
            tls = TLSConfiguration(
                certificateAuthorityFile: optionalText(.brokerCAFile) ?? "/etc/ssl/certs/ca-certificates.crt"
            )
        }
        var result = MessagingConfiguration(
            hosts: hosts,
            vhost: text(.brokerVhost),
            user: text(.brokerUser),
            password: text(.brokerPassword),
            tls: tls,
            connectionName: connectionName
        )
        guard duration(.brokerHeartbeat) >= .seconds(1) else {
            throw invalid(.brokerHeartbeat, "a heartbeat is at least 1s")
        }
        result.heartbeat = duration(.brokerHeartbeat)
        return result
    }

    /// How to reach the database.
    /// - Throws: ``ConfigurationError`` for a host that cannot be read, or a missing certificate file.
    public func postgres(applicationName: String) throws(ConfigurationError) -> PostgresConfiguration {
        var hosts: [PostgresConfiguration.Host] = []
        for text in list(.databaseHosts) {
            guard let host = PostgresConfiguration.Host(parsing: text) else {
                throw invalid(.databaseHosts, "\(text) is not host:port or directory:port")
            }
            hosts.append(host)
        }
        var result = PostgresConfiguration(
            hosts: hosts,
            database: text(.databaseName),
            user: text(.databaseUser),
            password: optionalText(.databasePassword)
        )
        result.applicationName = applicationName
        result.poolSize = integer(.databasePoolSize)
        switch text(.databaseTLS) {
        case "disable": result.tls = .disable
        case "verify-full":
            guard let file = optionalText(.databaseCAFile) else {
                throw ConfigurationError(problems: [.missing(key: .databaseCAFile)])
            }
            result.tls = .verifyFull(rootCertificateFile: file)
        default: result.tls = .prefer
        }
        return result
    }

    private func invalid(_ key: ConfigurationKey, _ reason: String) -> ConfigurationError {
        ConfigurationError(problems: [.invalid(key: key, value: text(key), reason: reason)])
    }
}
