internal import ChainModel
internal import FoundationEssentials
internal import Models
internal import Suppliers
internal import TestSupport
internal import Testing
internal import Tron

/// A supplier together with its sandbox: all that the contract needs to know of either.
///
/// To run the contract against another adapter, write a value like ``tronZap`` with its settings for the sandbox, and a
/// suite of one line (see `AdapterContractTests`).
struct SandboxedSupplier: Sendable, CustomTestStringConvertible {
    /// The sandbox's name in `/suppliers/<name>` and `/devnet/suppliers/<name>`.
    var name: String
    /// Which adapter.
    var kind: SupplierKind
    /// What a customer of the sandbox has.
    var secrets: [String: String] = [:]
    /// Other settings.
    var options: [String: String] = [:]

    var testDescription: String { name }
}

/// A running sandbox, its adapter, and the sandbox's control API.
struct SandboxDriver: Sendable {
    let sandboxed: SandboxedSupplier
    let devnet: DevnetUnderTest
    let transport: HTTPTransport
    /// The adapter under test, pointed at the sandbox.
    let supplier: any Supplier
    /// Who pays on chain, for suppliers that want that; has TRX.
    let wallet: PurchasingWallet

    /// Starts a devnet, makes the adapter, and runs `body`.
    static func with(
        _ sandboxed: SandboxedSupplier,
        limits: HTTPTransport.Limits = .init(),
        _ body: (SandboxDriver) async throws -> Void
    ) async throws {
        try await DevnetUnderTest.with { devnet in
            let key = try await devnet.wallet(trx: 100_000)
            let transport = HTTPTransport(limits: limits)
            do {
                let wallet = PurchasingWallet(key: key, rules: Self.rules(key.address))
                let driver = SandboxDriver(
                    sandboxed: sandboxed,
                    devnet: devnet,
                    transport: transport,
                    supplier: try make(sandboxed, devnet, transport, wallet),
                    wallet: wallet
                )
                try await body(driver)
            } catch {
                await transport.shutdown()
                throw error
            }
            await transport.shutdown()
        }
    }

    /// The adapter with other settings than usual.
    static func make(
        _ sandboxed: SandboxedSupplier,
        _ devnet: DevnetUnderTest,
        _ transport: any SupplierTransport,
        _ wallet: PurchasingWallet,
        base: String? = nil
    ) throws -> any Supplier {
        guard let id = SupplierID(sandboxed.name) else { throw TestFailure("\(sandboxed.name) is no supplier's name") }
        let settings = SupplierSettings(
            id: id,
            kind: sandboxed.kind,
            baseURL: base ?? "\(devnet.url)/suppliers/\(sandboxed.name)",
            secrets: sandboxed.secrets.compactMapValues { SupplierSecret($0) },
            options: sandboxed.options
        )
        let surroundings = SupplierSurroundings(
            transport: transport,
            clock: devnet.clock,
            node: devnet.node,
            wallet: wallet
        )
        return try SupplierRegistry.all.make(settings, surroundings)
    }

    private static func rules(_ owner: TronAddress) -> SigningRules {
        SigningRules(
            contracts: [.transfer, .triggerSmartContract],
            owners: [owner],
            destinations: .any,
            maximumAmount: Sun(100_000 * Sun.trx.rawValue),
            permissionID: 0,
            beneficiaries: .any,
            maximumFeeLimit: Sun(1000 * Sun.trx.rawValue)
        )
    }

    /// Sets a fault, price or balance; see the devnet's README.
    func set(_ body: String) async throws { try await devnet.post("suppliers/\(sandboxed.name)", body) }

    /// The supplier's own books.
    func statement() async throws -> SandboxStatement {
        try JSONDecoder().decode(SandboxStatement.self, from: try await devnet.get("suppliers/\(sandboxed.name)"))
    }

    /// The least the supplier sells, for its shortest rental, to a receiver that exists.
    func demand() async throws -> EnergyDemand {
        EnergyDemand(
            receiver: try await devnet.wallet().address,
            energy: max(supplier.terms.minimumEnergy, Energy(65_000)),
            duration: supplier.terms.shortest
        )
    }

    /// Everything up to the money: a quote, and the order prepared at its price.
    func prepared(_ demand: EnergyDemand? = nil, key: String = "key-1") async throws -> PreparedPurchase {
        let demand = if let demand { demand } else { try await self.demand() }
        guard let key = OrderKey(key) else { throw TestFailure("\(key) is no key") }
        let quote = try await supplier.quote(demand)
        return try await supplier.prepare(SupplierOrder(key: key, demand: demand, maximumTotal: quote.total))
    }

    /// Asks how a purchase of unknown outcome stands, in the way the supplier's terms say.
    func lookUp(_ purchase: PreparedPurchase) async throws -> OrderReport? {
        if supplier.terms.lookup == .byPlacingAgain, purchase.reference == nil {
            return try await supplier.place(purchase)
        }
        return try await supplier.find(purchase)
    }

    /// Asks until the report is as wanted.
    @discardableResult
    func wait(
        _ purchase: PreparedPurchase,
        for what: String,
        until isSo: (OrderReport) -> Bool
    ) async throws -> OrderReport {
        let deadline = ContinuousClock.now + .patient(.seconds(20))
        var last: OrderReport?
        while ContinuousClock.now < deadline {
            last = try await lookUp(purchase)
            if let last, isSo(last) { return last }
            // Suppliers call nobody back.
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestFailure("waited for \(what): \(String(describing: last))")
    }

    /// Buys, and waits until the supplier calls it delivered.
    func buy(_ demand: EnergyDemand? = nil, key: String = "key-1") async throws -> (PreparedPurchase, OrderReport) {
        var purchase = try await prepared(demand, key: key)
        purchase.reference = try await supplier.place(purchase).reference
        let report = try await wait(purchase, for: "delivery") { $0.state == .delivered }
        return (purchase, report)
    }
}

extension SupplierTerms {
    var shortest: Duration {
        switch durations {
        case .fixed(let choices): choices.min() ?? .zero
        case .any(let range): range.lowerBound
        }
    }
}

/// What a sandbox says of itself: `GET /devnet/suppliers/<name>`.
struct SandboxStatement: Decodable, Sendable {
    struct Order: Decodable, Sendable {
        var key: String?
        var receiver: String
        var energy: Int64
        var deliveredEnergy: Int64
        var charged: Int64
        var refunded: Int64
        var state: String

        enum CodingKeys: String, CodingKey {
            case key
            case receiver
            case energy
            case deliveredEnergy = "delivered_energy"
            case charged = "charged_sun"
            case refunded = "refunded_sun"
            case state
        }
    }

    var balance: Int64
    var charged: Int64
    var refunded: Int64
    var orders: [Order]

    enum CodingKeys: String, CodingKey {
        case balance = "balance_sun"
        case charged = "charged_sun"
        case refunded = "refunded_sun"
        case orders
    }
}
