public import Models

/// A supplier as the registry has it: `registry.v1_supplier`.
public struct RegisteredSupplier: Sendable, Equatable {
    /// Whether it may be asked.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// It may.
        case active
        /// It may not, until somebody enables it.
        case disabled
        /// It may not, for a while or until somebody enables it.
        case maintenance
    }

    /// Its name in events and the books.
    public var id: SupplierID
    /// Which adapter speaks to it.
    public var kind: String
    /// Its place in the order of priority, from 1.
    public var rank: Int32
    /// Whether it may be asked.
    public var state: State
    /// When maintenance ends by itself.
    public var maintenanceUntil: Timestamp?
    /// The adapter's settings and the house's limits, as texts; never a secret, only where one is found.
    public var settings: [String: String]

    /// - Parameters: as the properties.
    public init(
        id: SupplierID,
        kind: String,
        rank: Int32,
        state: State,
        maintenanceUntil: Timestamp? = nil,
        settings: [String: String] = [:]
    ) {
        self.id = id
        self.kind = kind
        self.rank = rank
        self.state = state
        self.maintenanceUntil = maintenanceUntil
        self.settings = settings
    }

    /// Whether it may be asked for something new at a moment of domain time.
    public func isActive(at now: Timestamp) -> Bool {
        switch state {
        case .active: true
        case .disabled: false
        case .maintenance: maintenanceUntil.map { $0 <= now } ?? false
        }
    }

    /// Whether it may be asked for one acquisition: what ``SupplierOffer/isOpen`` wants to know.
    /// - Parameters:
    ///   - tried: suppliers that were asked for it in vain a moment ago.
    ///   - breaker: of this supplier.
    public func isOpen(
        for tried: Set<SupplierID>,
        breaker: CircuitBreaker,
        policy: CircuitBreaker.Policy = CircuitBreaker.Policy(),
        now: Timestamp
    ) -> Bool {
        isActive(at: now) && !tried.contains(id) && breaker.isAvailable(now: now, policy: policy)
    }
}
