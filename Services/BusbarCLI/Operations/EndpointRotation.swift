internal import Models
internal import Webhooks

/// Replaces something secret of an endpoint.
struct EndpointRotation: Sendable {
    /// What is replaced.
    enum Change: Sendable {
        /// A webhook's; the old ones sign beside the new one for a while.
        case signingSecret(keepingOldFor: Duration)
        /// A webhook's own headers.
        case headers([OwnHeader])
        /// Where a chat service takes messages.
        case address(TargetURL)
        /// A bot's.
        case token(String)

        /// For the audit log.
        var what: String {
            switch self {
            case .signingSecret: "rotate"
            case .headers: "headers"
            case .address: "address"
            case .token: "token"
            }
        }
    }

    let name: String
    let change: Change

    /// Does it, again when somebody else changes the endpoint at the same moment.
    /// - Returns: the new signing secret, if there is one; only once it is stored.
    func run(in store: EndpointStore, box: SecretBox) async throws -> WebhookSecret? {
        for _ in 0..<5 {
            guard let kept = try await store.sealed(name) else { throw Operations.unknownEndpoint(name) }
            let (secrets, secret) = try changed(Self.open(kept.sealed, box, of: kept.id, name), at: store.clock.now())
            let sealed = try secrets.sealed(with: box, for: kept.id)
            if try await store.reseal(name, from: kept.sealed, to: sealed, as: change.what) { return secret }
        }
        throw OperationError("others keep changing the endpoint \(name): nothing was changed", hint: "try again")
    }

    private func changed(
        _ secrets: EndpointSecrets,
        at now: Timestamp
    ) throws -> (EndpointSecrets, WebhookSecret?) {
        var copy = secrets
        switch change {
        case .signingSecret(let kept):
            var generator = SystemRandomNumberGenerator()
            let (rotated, secret) = secrets.rotated(at: now, keepingOldFor: kept, using: &generator)
            return (rotated, secret)
        case .headers(let headers): copy.headers = headers
        case .address(let url):
            // What people see of it is its host, which is not part of what is secret.
            let old = secrets.url.map { $0.prefix(while: Self.isOrigin()) } ?? ""
            guard url.origin == old else {
                throw OperationError(
                    "the new address has another host than the endpoint's, \(old)",
                    hint: "add another endpoint for it, and disable this: busbar endpoints disable \(name)"
                )
            }
            copy.url = url.text
        case .token(let token): copy.token = token
        }
        return (copy, nil)
    }

    /// Takes characters of a URL up to its path.
    private static func isOrigin() -> (Character) -> Bool {
        var slashes = 0
        return { character in
            if character == "/" { slashes += 1 }
            return slashes < 3
        }
    }

    /// Seals the secrets of all endpoints with the first key.
    /// - Returns: how many there were, and the names of those that changed meanwhile.
    static func resealAll(in store: EndpointStore, box: SecretBox) async throws -> (count: Int, left: [String]) {
        var changes: [(name: String, before: [UInt8], sealed: [UInt8])] = []
        for kept in try await store.allSealed() {
            let secrets = try open(kept.sealed, box, of: kept.id, kept.name)
            changes.append((kept.name, kept.sealed, try secrets.sealed(with: box, for: kept.id)))
        }
        let left = try await store.reseal(changes, as: "reseal")
        return (changes.count - left.count, left)
    }

    private static func open(
        _ sealed: [UInt8],
        _ box: SecretBox,
        of id: UUIDv7,
        _ name: String
    ) throws -> EndpointSecrets {
        do {
            return try EndpointSecrets(opening: sealed, with: box, for: id)
        } catch {
            throw OperationError(
                "the secrets of the endpoint \(name) cannot be opened: \(error)",
                hint: "BUSBAR_NOTIFIER_SECRETS_KEY must hold the key they were sealed with"
            )
        }
    }
}
