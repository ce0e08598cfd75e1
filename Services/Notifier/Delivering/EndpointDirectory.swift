internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Synchronization
internal import Webhooks

/// This replica's copy of the endpoints, read again whenever their revision moves.
final class EndpointDirectory: Sendable {
    /// All endpoints that are not disabled, as of one revision.
    struct Snapshot: Sendable {
        var revision: Int64 = 0
        var all: [UUIDv7: Endpoint] = [:]
        /// Of operations: asked about every event.
        var house: [Endpoint] = []
        /// Asked about events of their own.
        var byPartner: [PartnerID: [Endpoint]] = [:]
        var byName: [String: Endpoint] = [:]

        init() {}

        init(revision: Int64, _ endpoints: [Endpoint]) {
            self.revision = revision
            for endpoint in endpoints {
                all[endpoint.id] = endpoint
                byName[endpoint.name] = endpoint
                if let partner = endpoint.partner {
                    byPartner[partner, default: []].append(endpoint)
                } else {
                    house.append(endpoint)
                }
            }
        }

        /// Who may hear of an event of this partner, or of the house.
        func candidates(for partner: PartnerID?) -> [Endpoint] {
            guard let partner, let own = byPartner[partner] else { return house }
            return house + own
        }
    }

    private let box: SecretBox
    private let logger: Logger
    private let current = Mutex(Snapshot())

    init(box: SecretBox, logger: Logger) {
        self.box = box
        self.logger = logger
    }

    /// The newest copy.
    var snapshot: Snapshot { current.withLock { $0 } }

    /// The endpoints as they are now: one short query, and all of them only when something has changed.
    /// - Parameter all: whether they are read anyhow: failures, which others may have met, move no revision.
    func refresh(all: Bool = false, in connection: some PostgresQuerying) async throws -> Snapshot {
        let known = snapshot
        guard let revision = try await EndpointStore.revision(unlessAt: all ? 0 : known.revision, in: connection) else {
            return known
        }
        let rows = try await EndpointStore.active(in: connection)
        let read = Snapshot(revision: revision, rows.map(endpoint))
        return current.withLock { snapshot in
            if snapshot.revision <= read.revision { snapshot = read }
            return snapshot
        }
    }

    private func endpoint(_ row: EndpointStore.Row) -> Endpoint {
        let secrets: Result<EndpointSecrets, EndpointProblem>
        do {
            secrets = .success(try EndpointSecrets(opening: row.sealed, with: box, for: row.id))
        } catch {
            logger.error("an endpoint's secrets cannot be read", error: error, metadata: ["endpoint": "\(row.name)"])
            secrets = .failure(
                EndpointProblem("its secrets were sealed with a key that BUSBAR_NOTIFIER_SECRETS_KEY does not hold")
            )
        }
        return Endpoint(
            id: row.id,
            name: row.name,
            partner: row.partner,
            channel: row.channel,
            language: Language(rawValue: row.language) ?? .ko,
            rules: row.rules,
            ratePerMinute: row.ratePerMinute,
            inFlight: row.inFlight,
            shard: row.shard,
            secrets: secrets,
            failures: row.failures
        )
    }
}
