internal import ServiceKit
internal import Webhooks

/// What whoever registers endpoints must know of the notifier's configuration: the key that their secrets are sealed with,
/// and which networks of our own they may be in.
struct NotifierSettings: Sendable {
    static let secretsKey = ConfigurationKey.secret(
        "notifier.secrets_key",
        "Key that endpoints' secrets are sealed with: base64 of 32 bytes; after a comma older ones, which still open."
    )
    static let allowedNetworks = ConfigurationKey.optional(
        "notifier.allowed_networks",
        .list,
        "Networks that webhooks may reach though they are not of the open Internet: 127.0.0.1/32."
    )

    /// Which addresses an endpoint may have.
    let policy: AddressPolicy
    private let keys: String?

    /// - Throws: ``OperationError`` for networks that are none.
    init(_ variables: [String: String]) throws {
        // The broker's password is of no interest here, and need not be set for it.
        let placeholder = ["BUSBAR_BROKER_PASSWORD": "not used", "BUSBAR_BROKER_PASSWORD_FILE": ""]
        let configuration = try ServiceConfiguration(
            service: "busbar",
            keys: [Self.secretsKey, Self.allowedNetworks],
            environment: variables.merging(placeholder) { $1 }
        )
        do {
            policy = AddressPolicy(allowed: try CIDR.list(configuration.text(Self.allowedNetworks)))
        } catch {
            throw OperationError("\(Self.allowedNetworks.variable): \(error)")
        }
        keys = configuration.optionalText(Self.secretsKey)
    }

    /// Whether ``box()`` can be had.
    var hasKey: Bool { keys != nil }

    /// Seals and opens the secrets of endpoints.
    /// - Throws: ``OperationError`` without a key.
    func box() throws -> SecretBox {
        guard let keys else {
            throw OperationError(
                "the secrets of endpoints are sealed with a key, and \(Self.secretsKey.variable) is not set",
                hint:
                    "set it, or \(Self.secretsKey.fileVariable), to what the notifier has; openssl rand -base64 32 makes one"
            )
        }
        do {
            return try SecretBox(keys: keys)
        } catch {
            throw OperationError(
                "\(Self.secretsKey.variable): \(error)",
                hint: "the notifier has the same; openssl rand -base64 32 makes a new one"
            )
        }
    }
}
