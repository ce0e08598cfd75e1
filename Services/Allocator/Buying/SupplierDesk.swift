internal import FoundationEssentials
internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import ServiceLifecycle
internal import Suppliers
internal import Synchronization
internal import Tron

/// The adapters of the suppliers that the registry names, made anew when the registry changes.
///
/// A supplier that cannot be made, for want of a credential or a purchasing wallet, is left out and said once: the others
/// go on.
final class SupplierDesk: Service {
    private let registry: RegistryReader
    private let transport: HTTPTransport
    private let node: any TronNode
    private let clock: any WallClock
    private let key: PrivateKey?
    private let maximumPayment: Sun
    private let maximumStake: Sun
    private let logger: Logger
    private let made = Mutex(Made())

    private struct Made {
        var revision: Int64 = .min
        var suppliers: [SupplierID: any Supplier] = [:]
        var problems: [SupplierID: String] = [:]
    }

    /// - Parameter key: of the wallet that pays on chain.
    init(
        service: ServiceHost,
        registry: RegistryReader,
        node: any TronNode,
        key: PrivateKey?,
        maximumPayment: Sun,
        maximumStake: Sun
    ) {
        self.registry = registry
        self.node = node
        self.key = key
        self.maximumPayment = maximumPayment
        self.maximumStake = maximumStake
        clock = service.clock
        // A purchase may take three calls one after another; together they stay below `PurchaseLimits.call`.
        var limits = HTTPTransport.Limits()
        limits.call = .seconds(8)
        transport = HTTPTransport(limits: limits)
        logger = service.logger
    }

    func run() async throws {
        try? await gracefulShutdown()  // Throws only when cancelled, which ends it too.
        await transport.shutdown()
    }

    /// The purchasing wallet's account, if there is one.
    var purchasingWallet: TronAddress? { key?.address }

    /// Every supplier that can be asked, by the newest registry.
    var suppliers: [SupplierID: any Supplier] { current().suppliers }

    /// What sets each one's purchases apart.
    var rules: [SupplierID: PurchaseRules] { suppliers.mapValues { PurchaseRules($0.terms) } }

    /// Why suppliers of the registry cannot be asked.
    var problems: [SupplierID: String] { current().problems }

    func supplier(_ id: SupplierID) -> (any Supplier)? { current().suppliers[id] }

    /// The purchasing wallet signs payments to this supplier alone, for energy at our hot wallets.
    private func surroundings(
        for registered: RegisteredSupplier,
        wallets: Set<TronAddress>
    ) throws(SupplierSettingsError) -> SupplierSurroundings {
        var wallet: PurchasingWallet?
        if let key {
            let payees = try SupplierRegistry.all.payees(of: SupplierSettings(registered))
            let rules = SigningRules.purchasing(
                from: key.address,
                payees: payees.transfers,
                markets: payees.markets.reduce(into: [:]) { $0[$1] = maximumStake },
                for: .only(wallets),
                maximumAmount: maximumPayment,
                maximumFeeLimit: Self.maximumFeeLimit
            )
            wallet = PurchasingWallet(key: key, rules: rules)
        }
        return SupplierSurroundings(transport: transport, clock: clock, node: node, wallet: wallet)
    }

    /// A rental call burns some 200,000 energy when the wallet has none.
    private static let maximumFeeLimit = Sun(100 * Sun.trx.rawValue)

    private func current() -> Made {
        let snapshot = registry.snapshot
        return made.withLock { made in
            guard made.revision != snapshot.revision else { return made }
            let known = made.problems
            made.revision = snapshot.revision
            made.suppliers = [:]
            made.problems = [:]
            for registered in snapshot.suppliers {
                do {
                    let settings = try SupplierSettings(registered)
                    made.suppliers[registered.id] = try SupplierRegistry.all.make(
                        settings,
                        surroundings(for: registered, wallets: Set(snapshot.hotWallets.keys))
                    )
                } catch {
                    made.problems[registered.id] = "\(error)"
                    guard known[registered.id] != "\(error)" else { continue }
                    logger.error(
                        "a supplier cannot be asked",
                        metadata: ["supplier": "\(registered.id)", "why": "\(error)"]
                    )
                }
            }
            return made
        }
    }
}

extension RegisteredSupplier {
    /// The house's own limit on one order, besides the supplier's.
    var maximumEnergy: Energy? { settings["maximum_energy"].flatMap { Int64($0) }.map { Energy($0) } }
    /// The least that is ordered, besides the supplier's.
    var minimumEnergy: Energy? { settings["minimum_energy"].flatMap { Int64($0) }.map { Energy($0) } }
}

extension SupplierSettings {
    /// Reads the registry's settings: credentials from where they are said to be, the house's own limits left out.
    init(_ registered: RegisteredSupplier) throws(SupplierSettingsError) {
        var secrets: [String: SupplierSecret] = [:]
        var options: [String: String] = [:]
        for (key, value) in registered.settings {
            if key.hasSuffix("_env") {
                let name = String(key.dropLast(4))
                guard let text = ProcessInfo.processInfo.environment[value] else {
                    throw SupplierSettingsError("supplier \(registered.id): the variable \(value) is not set")
                }
                secrets[name] = try Self.secret(text, name, of: registered.id)
            } else if key.hasSuffix("_file") {
                let name = String(key.dropLast(5))
                guard let data = FileManager.default.contents(atPath: value), data.count <= 4096 else {
                    throw SupplierSettingsError("supplier \(registered.id): \(value) cannot be read")
                }
                secrets[name] = try Self.secret(String(decoding: data, as: UTF8.self), name, of: registered.id)
            } else if key != "base_url", key != "maximum_energy", key != "minimum_energy" {
                options[key] = value
            }
        }
        self.init(
            id: registered.id,
            kind: SupplierKind(rawValue: registered.kind),
            baseURL: registered.settings["base_url"] ?? "",
            secrets: secrets,
            options: options
        )
    }

    private static func secret(
        _ text: String,
        _ name: String,
        of supplier: SupplierID
    ) throws(SupplierSettingsError) -> SupplierSecret {
        var text = text[...]
        while let last = text.unicodeScalars.last, last == "\n" || last == "\r" { text = text.dropLast() }
        guard let secret = SupplierSecret(String(text)) else {
            throw SupplierSettingsError(
                "supplier \(supplier): \(name) is empty, too long, or has characters that no header may"
            )
        }
        return secret
    }
}
