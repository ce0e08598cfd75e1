internal import Messaging
internal import Storage

/// Why an operation was not done, and what to do next.
struct OperationError: Error, CustomStringConvertible {
    let message: String
    /// The next step.
    let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    var description: String { hint.map { "\(message)\n  \($0)" } ?? message }

    /// Says which database did not answer, and what to look at.
    static func explaining(_ error: any Error, database: PostgresConfiguration) -> any Error {
        guard let error = error as? PostgresError else { return error }
        let place = database.hosts.map(\.description).joined(separator: ", ")
        switch error.code {
        case .acquireTimeout, .connectionLost, .responseTimeout:
            return OperationError(
                "the database \(database.database) at \(place) did not serve \(database.user): \(error.message)",
                hint: "look at the BUSBAR_DATABASE_ variables, or start a local stack: busbar up"
            )
        case .server where error.sqlState == .undefinedTable || error.sqlState?.rawValue == "3F000":
            return OperationError("the database is not prepared: \(error.message)", hint: "run busbar migrate")
        case .server where error.sqlState?.rawValue == "42501":
            return OperationError(
                "\(database.user) may not do this: \(error.message)",
                hint: "set BUSBAR_DATABASE_USER to the role that owns the schemas"
            )
        default: return error
        }
    }

    /// Says which broker did not answer, or whom it refused, and what to look at.
    static func explaining(_ error: any Error, broker: MessagingConfiguration) -> any Error {
        guard let error = error as? MessagingError else { return error }
        switch error.code {
        case .connectionFailed, .connectionLost, .timeout:
            return OperationError(
                "the broker \(broker) cannot be reached: \(error.reason)",
                hint: "look at the BUSBAR_BROKER_ variables, or start a local stack: busbar up"
            )
        case .authenticationFailed:
            return OperationError(
                "the broker refuses the user \(broker.user)",
                hint: "look at its name and password (BUSBAR_BROKER_USER, BUSBAR_BROKER_PASSWORD)"
            )
        case .vhostRefused:
            return OperationError(
                "the broker has no vhost \(broker.vhost), or \(broker.user) may not enter it",
                hint: "rabbitmqctl add_vhost and set_permissions make it, or set BUSBAR_BROKER_VHOST"
            )
        case .accessRefused:
            return OperationError(
                "the broker forbids this to \(broker.user): \(error.reason)",
                hint: "rabbitmqctl set_permissions grants what it needs"
            )
        default: return error
        }
    }
}
