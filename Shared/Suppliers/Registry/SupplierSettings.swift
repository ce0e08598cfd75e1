public import Models
public import Tron

/// Which protocol a supplier speaks. An open set: each adapter adds its own.
public struct SupplierKind: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// Its name in configuration and tables.
    public let rawValue: String

    /// - Parameter rawValue: a name in lower case.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Its name.
    public var description: String { rawValue }
}

/// A supplier's key or password. No text of it appears by accident.
public struct SupplierSecret: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let value: String

    /// - Returns: `nil` unless it is 1 to 500 printable ASCII characters, as headers need.
    public init?(_ value: String) {
        guard (1...500).contains(value.utf8.count), value.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        self.value = value
    }

    /// Never the secret.
    public var description: String { "secret" }
    /// Nothing to see.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension [SupplierSecret] {
    /// A supplier's words without these, should it send them back.
    func hidden(in text: String) -> String {
        reduce(text) { $0.replacing($1.value, with: "(secret)") }
    }
}

/// One supplier as it is configured.
public struct SupplierSettings: Sendable {
    /// The name under which it is registered.
    public var id: SupplierID
    /// Which protocol it speaks.
    public var kind: SupplierKind
    /// The base address of its API without a slash at the end; empty for the protocol's public one.
    public var baseURL: String
    /// Keys by name; each adapter says which it needs.
    public var secrets: [String: SupplierSecret]
    /// Other settings by name; each adapter says which it knows.
    public var options: [String: String]

    /// A configured supplier.
    public init(
        id: SupplierID,
        kind: SupplierKind,
        baseURL: String = "",
        secrets: [String: SupplierSecret] = [:],
        options: [String: String] = [:]
    ) {
        var base = baseURL
        while base.hasSuffix("/") { base.removeLast() }
        self.id = id
        self.kind = kind
        self.baseURL = base
        self.secrets = secrets
        self.options = options
    }

    /// A secret that must be there.
    func secret(_ name: String) throws(SupplierSettingsError) -> SupplierSecret {
        guard let secret = secrets[name] else {
            throw SupplierSettingsError("supplier \(id): the secret \(name) is missing")
        }
        return secret
    }

    /// Refuses options that the adapter does not know: a misspelt one would be without effect.
    func refuseOptions(except known: Set<String>) throws(SupplierSettingsError) {
        if let unknown = options.keys.sorted().first(where: { !known.contains($0) }) {
            throw SupplierSettingsError("supplier \(id): unknown option \(unknown)")
        }
    }

    /// The base address, or the protocol's own.
    func base(orElse standard: String) throws(SupplierSettingsError) -> String {
        let base = baseURL.isEmpty ? standard : baseURL
        guard base.hasPrefix("https://") || base.hasPrefix("http://") else {
            throw SupplierSettingsError("supplier \(id): \(base) is no http address")
        }
        return base
    }
}

/// A supplier cannot be made from its settings.
public struct SupplierSettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong; no secrets.
    public let description: String

    /// What is wrong.
    public init(_ description: String) { self.description = description }
}

/// The wallet that pays suppliers on chain.
public struct PurchasingWallet: Sendable {
    /// Signs what its rules allow.
    public let signer: Signer

    /// A key that pays under rules.
    public init(key: PrivateKey, rules: SigningRules) { signer = Signer(key: key, rules: rules) }

    /// Whose TRX it is.
    public var address: TronAddress { signer.address }
}

/// What adapters work with; each takes what it needs.
public struct SupplierSurroundings: Sendable {
    /// How calls reach suppliers.
    public var transport: any SupplierTransport
    /// Domain time.
    public var clock: any WallClock
    /// The chain, for suppliers that are paid there.
    public var node: (any TronNode)?
    /// Who pays there.
    public var wallet: PurchasingWallet?

    /// Surroundings; the chain is needed only for suppliers that are paid there.
    public init(
        transport: any SupplierTransport,
        clock: any WallClock,
        node: (any TronNode)? = nil,
        wallet: PurchasingWallet? = nil
    ) {
        self.transport = transport
        self.clock = clock
        self.node = node
        self.wallet = wallet
    }
}
