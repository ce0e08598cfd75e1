internal import ChainModel
internal import Models

/// A played supplier's counter: prices, prepaid balance, orders and faults. It speaks no protocol.
///
/// What it sells it really delegates from its own account, and takes back when the rental ends in chain time. Its
/// statement is its own: what it charged, paid back and delivered, whatever its customers believe.
actor SupplierDesk {
    /// What a supplier is like before anybody changes it.
    struct Offer: Sendable {
        var name: String
        var price: SunPerEnergy
        var energy: ClosedRange<Int64>
        var durations: [Duration]
        var activationFee = Sun(1_400_000)
        /// Whether a customer's key makes orders one and the same, or is only a name to find them by.
        var keysAreUnique: Bool
        /// Whether customers have a balance; otherwise each order is paid by other means.
        var isPrepaid = true
    }

    /// Finished orders that are remembered; of older ones only the sums are.
    static let memory = 20_000

    let offer: Offer
    let node: Node
    let pool: PoolAccount
    private(set) var price: SunPerEnergy
    private(set) var balance: Sun
    private(set) var deposited: Sun
    /// From the order to the delegation.
    private(set) var deliveryDelay = Duration.zero
    private(set) var charged = Sun.zero
    private(set) var refunded = Sun.zero
    private(set) var faults: SupplierFaults
    private var generation = -1
    private var opening: Task<Void, Never>?
    private var number = 0
    private var transactions: Int64 = 0
    private var orders: [String: SandboxOrder] = [:]
    private var order: [String] = []
    private var keys: [String: String] = [:]
    /// Orders that something is left to do about.
    var active: [String] = []
    var isWorking = false

    private static let firstDeposit = Sun(100_000 * Sun.trx.rawValue)

    init(_ offer: Offer, node: Node) {
        self.offer = offer
        self.node = node
        pool = PoolAccount(name: offer.name)
        price = offer.price
        balance = offer.isPrepaid ? Self.firstDeposit : .zero
        deposited = balance
        faults = SupplierFaults(seed: node.configuration.seed ^ PoolAccount.seed(of: offer.name))
    }

    /// Opens the account on the chain at first use, and starts over after the chain was reset.
    func open() async {
        let present = await node.generation
        if present > generation { begin(present) }
        // Whoever comes meanwhile waits until there is something to lend.
        await opening?.value
    }

    private func begin(_ present: Int) {
        let isReset = generation >= 0
        generation = present
        if isReset {
            (orders, order, keys, active) = ([:], [], [:], [])
            (charged, refunded, price, deliveryDelay) = (.zero, .zero, offer.price, .zero)
            balance = offer.isPrepaid ? Self.firstDeposit : .zero
            deposited = balance
            faults = SupplierFaults(seed: node.configuration.seed ^ PoolAccount.seed(of: offer.name))
        }
        opening = Task { [pool, node] in await pool.open(on: node) }
    }

    subscript(id: String) -> SandboxOrder? {
        get { orders[id] }
        set { orders[id] = newValue }
    }

    /// What so much energy costs now.
    func quote(_ energy: Int64, activation: Bool = false) throws(SandboxRefusal) -> Sun {
        guard offer.energy.contains(energy) else { throw .invalidEnergy }
        return try cost(energy, at: price, activation: activation)
    }

    private func cost(_ energy: Int64, at price: SunPerEnergy, activation: Bool) throws(SandboxRefusal) -> Sun {
        guard let cost = price.cost(of: Energy(energy)) else { throw .invalidEnergy }
        guard let sum = cost.adding(activation ? offer.activationFee : .zero) else { throw .invalidEnergy }
        return sum
    }

    /// Takes an order and the money for it, or says why not.
    /// - Parameter paid: what was paid by other means, where there is no balance.
    func place(_ request: OrderRequest, paid: Sun? = nil) async throws(SandboxRefusal) -> SandboxOrder {
        await open()
        let exists = await node.exists(request.receiver)
        let view = await node.view
        // From here to the end nothing is awaited: two orders under one key cannot both be the first.
        if offer.keysAreUnique, let key = request.key, let first = keys[key].flatMap({ orders[$0] }) { return first }
        let plan = faults.plan(at: view.now)
        if let refusal = plan.refusal { throw refusal }
        if request.energy > 0 || !request.activates {
            guard offer.energy.contains(request.energy) else { throw .invalidEnergy }
            guard offer.durations.contains(request.duration) else { throw .invalidDuration }
        }
        guard exists || request.activates else { throw .notActivated }
        guard !exists || request.energy > 0 else { throw .alreadyActivated }
        guard request.receiver != pool.address else { throw .invalidAddress }
        let price = plan.priceChange.map { Self.price(self.price, changedBy: $0) } ?? self.price
        let activationFee = exists ? .zero : offer.activationFee
        let total: Sun
        if let paid { total = paid } else { total = try cost(request.energy, at: price, activation: !exists) }
        if offer.isPrepaid {
            guard balance >= total else { throw .insufficientFunds }
            balance = balance - total
        }
        charged = charged + total
        number += 1
        let order = SandboxOrder(
            id: "\(offer.name)-\(number)",
            request: request,
            created: view.now,
            charged: total,
            activationFee: activationFee,
            plan: plan,
            phase: .waiting(until: view.now + deliveryDelay + (plan.earlySuccess ?? .zero)),
            needsActivation: !exists,
            energy: max(request.energy * plan.percent / 100, plan.percent > 0 ? min(request.energy, 1) : 0)
        )
        remember(order, announcedOn: view)
        return orders[order.id] ?? order
    }

    private func remember(_ new: SandboxOrder, announcedOn view: ChainView) {
        var new = new
        if let delay = new.plan.earlySuccess, let contract = delegation(of: &new, at: view.energy) {
            let announced = sign(contract, on: view, lifetime: delay + .seconds(120))
            new.announced = announced
            new.delegation = announced.id
        }
        orders[new.id] = new
        order.append(new.id)
        active.append(new.id)
        if let key = new.request.key, keys[key] == nil { keys[key] = new.id }
        // A few hundred at a time.
        guard order.count > Self.memory + 500 else { return }
        // Those that are not finished stay until they are.
        let old = order.prefix(order.count - Self.memory).filter { !(orders[$0]?.isActive ?? false) }
        for id in old {
            if let key = orders[id]?.request.key, keys[key] == id { keys[key] = nil }
            orders[id] = nil
        }
        order.removeAll { orders[$0] == nil }
    }

    /// The first order under a customer's key.
    func order(key: String) async -> SandboxOrder? {
        await open()
        return keys[key].flatMap { orders[$0] }
    }

    func order(id: String) async -> SandboxOrder? {
        await open()
        return orders[id]
    }

    /// Pays an order back and ends it.
    func fail(_ id: String) {
        guard var order = orders[id], order.phase != .failed else { return }
        order.phase = .failed
        order.refunded = order.charged
        refunded = refunded + order.charged
        if offer.isPrepaid { balance = balance + order.charged }
        orders[id] = order
    }

    /// A transaction of its account, unlike every other.
    func sign(_ contract: Contract, on view: ChainView, lifetime: Duration = .seconds(60)) -> ChainTransaction {
        transactions += 1
        return pool.sign(contract, on: view, number: transactions, lifetime: lifetime)
    }

    /// The delegation that fulfils an order, and the stake it takes.
    func delegation(of order: inout SandboxOrder, at totals: ResourceTotals) -> Contract? {
        guard order.energy > 0, let exact = totals.stake(forLimit: order.energy) else { return nil }
        // A thousandth more, so that a change of the network's weight does not make it too little.
        order.stake = max(Sun(exact.rawValue + exact.rawValue / 1000), .trx)
        return .delegateResource(
            DelegateResource(
                owner: pool.address,
                receiver: order.request.receiver,
                resource: .energy,
                stake: order.stake
            )
        )
    }

    /// What its faults do to a call.
    func disturbance(of call: SupplierCallName) async -> SupplierDisturbance {
        let now = await node.now
        return faults.disturbance(of: call, at: now)
    }

    func changePrice(byPercent percent: Int64) { price = Self.price(price, changedBy: percent) }

    private static func price(_ price: SunPerEnergy, changedBy percent: Int64) -> SunPerEnergy {
        let (factor, overflow) = percent.addingReportingOverflow(100)
        let changed = overflow ? nil : scaledDown(price.rawValue, by: factor, over: 100)
        return SunPerEnergy(rawValue: max(1, changed ?? price.rawValue))
    }

    /// Its own statement.
    func statement() async -> JSON {
        await open()
        return [
            "name": .string(offer.name), "pool": .string(pool.address.base58), "price": .string(price.description),
            "balance_sun": .int(balance.rawValue), "deposited_sun": .int(deposited.rawValue),
            "charged_sun": .int(charged.rawValue), "refunded_sun": .int(refunded.rawValue),
            "delivery_ms": .int(deliveryDelay.wholeMilliseconds),
            "active": .int(Int64(active.count)), "placed": .int(Int64(number)),
            "orders": .array(order.compactMap { orders[$0]?.statement }),
            "faults": .array(faults.all.map(SupplierControl.json)),
        ]
    }

    /// Changes what the control API names.
    func change(
        price: SunPerEnergy?,
        balance: Sun?,
        deposit: Sun?,
        deliveryDelay: Duration?,
        faults change: (inout SupplierFaults) -> Void
    ) {
        if let price { self.price = price }
        if let balance {
            deposited = deposited.adding(balance - self.balance) ?? deposited
            self.balance = balance
        }
        if let deposit, let sum = self.balance.adding(deposit), let all = deposited.adding(deposit) {
            self.balance = sum
            deposited = all
        }
        if let deliveryDelay { self.deliveryDelay = deliveryDelay }
        change(&faults)
    }
}
