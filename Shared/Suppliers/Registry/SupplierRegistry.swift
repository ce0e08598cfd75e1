internal import Models

/// Makes a supplier from its kind and settings.
public struct SupplierRegistry: Sendable {
    /// Makes one adapter, or says what is wrong with its settings.
    public typealias Factory =
        @Sendable (SupplierSettings, SupplierSurroundings) throws(SupplierSettingsError) -> any Supplier

    private var factories: [SupplierKind: Factory]

    /// - Parameter factories: by kind.
    public init(_ factories: [SupplierKind: Factory]) { self.factories = factories }

    /// All adapters of this module. Adding one is a file of its own and a line here.
    public static let all = SupplierRegistry([
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
    ])

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
