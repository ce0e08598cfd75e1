internal import Models
internal import Planning
internal import Storage
internal import Webhooks

/// Changes of endpoints, through the notifier's audited functions. What is secret is sealed before the database sees it.
struct EndpointStore: Sendable {
    /// An endpoint to be registered.
    struct NewEndpoint: Sendable {
        /// 1 to 64 of `a-z`, `0-9`, `_`, `-`; stays with it.
        var name: String
        /// Whose it is; `nil`: operations', who may hear of everything.
        var partner: PartnerID?
        var destination: EndpointDestination
        var language = Language.ko
        /// At least one.
        var rules: [RoutingRule]
        /// What its kind of receiver takes, unless set.
        var ratePerMinute: Int?
        var inFlight: Int?
    }

    let postgres: PostgresClient
    /// Who does it, for the audit log.
    let actor: String
    let clock: any WallClock

    /// Registers an endpoint; the notifier hears of it at once.
    /// - Parameter box: has the notifier's key.
    /// - Returns: its id.
    @discardableResult
    func add(_ endpoint: NewEndpoint, sealingWith box: SecretBox) async throws -> UUIDv7 {
        let now = clock.now()
        let id = UUIDv7(at: now)
        let destination = endpoint.destination
        let sealed = try destination.secrets.sealed(with: box, for: id)
        try await postgres.execute(
            """
            SELECT notifier.add_endpoint(\(now), \(actor), \(id), \(endpoint.name), \(endpoint.partner),
                                         \(destination.channel.rawValue), \(destination.target), \(sealed),
                                         \(endpoint.language.rawValue), \(try PostgresJSON(encoding: endpoint.rules)),
                                         \(Int32(clamping: endpoint.ratePerMinute ?? destination.ratePerMinute)),
                                         \(Int32(clamping: endpoint.inFlight ?? destination.inFlight)))
            """
        )
        return id
    }

    /// An endpoint's secrets as they are kept; `nil` without such an endpoint.
    func sealed(_ name: String) async throws -> (id: UUIDv7, sealed: [UInt8])? {
        try await postgres.queryOne(
            "SELECT endpoint_id, sealed FROM notifier.endpoint WHERE name = \(name)",
            as: (UUIDv7, [UInt8]).self
        ).map { (id: $0.0, sealed: $0.1) }
    }

    /// Replaces an endpoint's secrets, if they are still as they were read.
    /// - Parameter what: for the audit log: `rotate`, `headers`, `reseal`.
    /// - Returns: whether they were.
    func reseal(_ name: String, from before: [UInt8], to sealed: [UInt8], as what: String) async throws -> Bool {
        try await postgres.queryOne(
            "SELECT notifier.reseal_endpoint(\(clock.now()), \(actor), \(name), \(before), \(sealed), \(what))",
            as: Bool.self
        ) ?? false
    }

    /// All endpoints' secrets as they are kept.
    func allSealed() async throws -> [(id: UUIDv7, name: String, sealed: [UInt8])] {
        try await postgres.query(
            "SELECT endpoint_id, name, sealed FROM notifier.endpoint ORDER BY name",
            as: (UUIDv7, String, [UInt8]).self
        ).map { (id: $0.0, name: $0.1, sealed: $0.2) }
    }

    /// Replaces the secrets of several endpoints, together and in one round trip.
    /// - Returns: the names of those that had changed meanwhile and were left as they are.
    func reseal(
        _ changes: [(name: String, before: [UInt8], sealed: [UInt8])],
        as what: String
    ) async throws -> [String] {
        let now = clock.now()
        return try await postgres.query(
            """
            SELECT c.name
              FROM unnest(\(changes.map(\.name))::text[], \(changes.map(\.before))::bytea[],
                          \(changes.map(\.sealed))::bytea[]) AS c(name, before, sealed)
             WHERE NOT notifier.reseal_endpoint(\(now), \(actor), c.name, c.before, c.sealed, \(what))
            """,
            as: String.self
        )
    }

    /// Replaces an endpoint's rules.
    /// - Parameter before: only if they are these.
    /// - Returns: whether it was done: not without such an endpoint, nor when its rules are others.
    func setRules(_ name: String, _ rules: [RoutingRule], ifStill before: [RoutingRule]? = nil) async throws -> Bool {
        let expected = try before.map { try PostgresJSON(encoding: $0) }
        return try await postgres.queryOne(
            """
            SELECT notifier.set_endpoint_rules(\(clock.now()), \(actor), \(name), \(expected),
                                               \(try PostgresJSON(encoding: rules)))
            """,
            as: Bool.self
        ) ?? false
    }

    /// Lets an endpoint be told again, or no more.
    /// - Returns: whether there is such an endpoint.
    func setEnabled(_ name: String, _ isEnabled: Bool, reason: String? = nil) async throws -> Bool {
        try await postgres.queryOne(
            "SELECT notifier.set_endpoint_state(\(clock.now()), \(actor), \(name), \(isEnabled), \(reason))",
            as: Bool.self
        ) ?? false
    }
}
