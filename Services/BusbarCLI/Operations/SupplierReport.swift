internal import Models
internal import Planning

/// A supplier as the registry has it, with what the allocator has learnt of it.
struct SupplierReport: Encodable, Sendable {
    var registered: RegistryView.Supplier
    /// `nil` while the allocator has stored nothing of it.
    var known: SupplierView.Known?
    /// How many purchases were ever begun there.
    var purchases: Int64
    var now: Timestamp

    /// Why nothing is bought there now; `nil`: something may be.
    var obstacle: String? {
        switch registered.state {
        case "disabled": return "disabled"
        case "maintenance":
            guard let until = registered.maintenanceUntil else { return "maintenance" }
            if until > now { return "maintenance until \(until)" }
        default: break
        }
        guard let known else { return "not asked yet" }
        if !known.breaker.isAvailable(now: now) {
            switch known.breaker.state {
            case .open(let until): return "left alone until \(until)"
            case .halfOpen(let since): return "being tried since \(since)"
            case .closed: break
            }
        }
        guard known.price != nil, let age else { return "no price yet" }
        return .seconds(age) > SupplierOffer.priceAge ? "its price is too old" : nil
    }

    /// Of its price, in seconds.
    var age: Int64? { known?.quotedAt.map { max(0, (now - $0).components.seconds) } }

    private enum Key: String, CodingKey {
        case id, kind, rank, state, settings, available, obstacle, fault, price, purchases
        case maintenanceUntil = "maintenance_until"
        case quotedAt = "quoted_at"
        case age = "price_age_seconds"
        case balance = "balance_sun"
        case measured = "purchases_measured"
        case fillRate = "fill_rate_permille"
        case median = "time_to_chain_p50_ms"
        case slow = "time_to_chain_p95_ms"
        case accuracy = "price_accuracy_permille"
        case overcharge = "overcharge_permille"
        case kept = "duration_kept_permille"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(registered.id, forKey: .id)
        try container.encode(registered.kind, forKey: .kind)
        try container.encode(registered.rank, forKey: .rank)
        try container.encode(registered.state, forKey: .state)
        try container.encodeIfPresent(registered.maintenanceUntil, forKey: .maintenanceUntil)
        try container.encode(registered.settings, forKey: .settings)
        try container.encode(obstacle == nil, forKey: .available)
        try container.encodeIfPresent(obstacle, forKey: .obstacle)
        try container.encodeIfPresent(known?.fault, forKey: .fault)
        try container.encodeIfPresent(known?.price?.description, forKey: .price)
        try container.encodeIfPresent(known?.quotedAt, forKey: .quotedAt)
        try container.encodeIfPresent(age, forKey: .age)
        try container.encodeIfPresent(known?.balance, forKey: .balance)
        try container.encode(purchases, forKey: .purchases)
        guard let health = known?.health else { return }
        try container.encode(health.purchases, forKey: .measured)
        try container.encodeIfPresent(health.fillRatePerMille, forKey: .fillRate)
        try container.encodeIfPresent(health.medianTimeToChain?.milliseconds, forKey: .median)
        try container.encodeIfPresent(health.slowTimeToChain?.milliseconds, forKey: .slow)
        try container.encodeIfPresent(health.priceAccuracyPerMille, forKey: .accuracy)
        try container.encodeIfPresent(health.overchargePerMille, forKey: .overcharge)
        try container.encodeIfPresent(health.durationKeptPerMille, forKey: .kept)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
