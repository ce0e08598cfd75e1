public import Models

/// Makes a supplier from its kind and settings.
public struct SupplierRegistry: Sendable {
    /// Makes one adapter, or says what is wrong with its settings.
    public typealias Factory =
        @Sendable (SupplierSettings, SupplierSurroundings) throws(SupplierSettingsError) -> any Supplier

    /// Says whom a supplier's purchases pay on chain, by its settings.
    public typealias Payees = @Sendable (SupplierSettings) throws(SupplierSettingsError) -> SupplierPayees

    private var factories: [SupplierKind: Factory]
    private var payees: [SupplierKind: Payees]

    /// - Parameters:
    ///   - factories: by kind.
    ///   - payees: of the kinds that are paid on chain.
    public init(_ factories: [SupplierKind: Factory], payees: [SupplierKind: Payees] = [:]) {
        self.factories = factories
        self.payees = payees
    }

    /// All adapters of this module. Adding one is a file of its own and a line here.
    public static let all = SupplierRegistry(
        [
            .tronZap: { settings, surroundings throws(SupplierSettingsError) in
                try TronZap(settings, surroundings)
            },
            .catFee: { settings, surroundings throws(SupplierSettingsError) in
                try CatFee(settings, surroundings)
            },
            .tronNRG: { settings, surroundings throws(SupplierSettingsError) in
                try TronNRG(settings, surroundings)
            },
            .justLend: { settings, surroundings throws(SupplierSettingsError) in
                try JustLend(settings, surroundings)
            },
        ],
        payees: [
            .tronNRG: { settings throws(SupplierSettingsError) in
                SupplierPayees(transfers: [try TronNRG.payee(settings)])
            },
            .justLend: { settings throws(SupplierSettingsError) in
                SupplierPayees(markets: [try JustLend.market(settings)])
            },
        ]
    )

    /// Whom a supplier's purchases pay on chain: what the purchasing wallet's rules have to allow, and no more.
    public func payees(of settings: SupplierSettings) throws(SupplierSettingsError) -> SupplierPayees {
        try payees[settings.kind]?(settings) ?? SupplierPayees()
    }

    /// The kinds it knows, sorted.
    public var kinds: [SupplierKind] { factories.keys.sorted { $0.rawValue < $1.rawValue } }

    /// Makes a supplier.
    public func make(
        _ settings: SupplierSettings,
        _ surroundings: SupplierSurroundings
    ) throws(SupplierSettingsError) -> any Supplier {
        guard let factory = factories[settings.kind] else {
            throw SupplierSettingsError("supplier \(settings.id): there is no adapter for \(settings.kind)")
        }
        return try factory(settings, surroundings)
    }
}

/// Whom the purchasing wallet may pay for one supplier.
public struct SupplierPayees: Sendable, Hashable {
    /// Addresses that TRX are sent to.
    public var transfers: Set<TronAddress>
    /// Contracts that are called with TRX.
    public var markets: Set<TronAddress>

    /// Nobody, unless said otherwise.
    public init(transfers: Set<TronAddress> = [], markets: Set<TronAddress> = []) {
        self.transfers = transfers
        self.markets = markets
    }
}
