internal import ChainModel
internal import Models

extension SupplierDesk {
    /// How often a delegation is tried before the order fails.
    private static let attempts = 20

    /// Delivers, confirms, reclaims and pays back what is due. Called after each block and each order.
    func work() async {
        guard !isWorking, !active.isEmpty else { return }
        isWorking = true
        defer { isWorking = false }
        await open()
        let ids = active
        let view = await node.view
        let fates = await node.fates(of: ids.compactMap { self[$0]?.watched })
        for id in ids { await step(id, view, fates) }
        active.removeAll { !(self[$0]?.isActive ?? false) }
    }

    private func step(_ id: String, _ view: ChainView, _ fates: [TransactionID: TransactionFate]) async {
        guard let order = self[id] else { return }
        let fate = order.watched.map { fates[$0] ?? .unknown } ?? .unknown
        switch order.phase {
        case .waiting(let due):
            if let delay = order.plan.neverDelivers {
                if view.now >= order.created + delay { fail(id) }
            } else if view.now >= due {
                await deliver(id, view)
            }
        case .activating:
            if case .inBlock = fate { await activated(id, view) }
            if fate == .unknown { retry(id, at: view.now) }
        case .sent(let transaction):
            if case .inBlock(let time) = fate {
                self[id]?.phase = .delivered(transaction)
                self[id]?.delegatedAt = time
            }
            if fate == .unknown { retry(id, at: view.now) }
        case .delivered:
            // A reorganisation may have lost it.
            if fate == .unknown {
                retry(id, at: view.now)
            } else if case .inBlock = fate, let due = order.reclaimAt, view.now >= due {
                await reclaim(id, view)
            }
        case .returning(let transaction):
            if case .inBlock = fate {
                self[id]?.phase = .ended
                self[id]?.reclaim = transaction
            } else if fate == .unknown, let delegation = order.delegation {
                self[id]?.phase = .delivered(delegation)
            }
        case .ended, .failed: break
        }
    }

    private func deliver(_ id: String, _ view: ChainView) async {
        guard var order = self[id] else { return }
        if order.needsActivation {
            let contract = Contract.transfer(
                Transfer(owner: pool.address, recipient: order.request.receiver, amount: Sun(1))
            )
            let transaction = sign(contract, on: view)
            if await submit(transaction, for: id, at: view.now) { self[id]?.phase = .activating(transaction.id) }
            return
        }
        let transaction: ChainTransaction
        if let announced = order.announced, order.attempts == 0 {
            transaction = announced
        } else if let contract = delegation(of: &order, at: view.energy) {
            self[id]?.stake = order.stake
            transaction = sign(contract, on: view)
        } else {
            return fail(id)
        }
        guard await submit(transaction, for: id, at: view.now) else { return }
        self[id]?.delegation = transaction.id
        self[id]?.phase = .sent(transaction.id)
    }

    private func activated(_ id: String, _ view: ChainView) async {
        self[id]?.needsActivation = false
        if self[id]?.request.energy == 0 {
            self[id]?.delegatedAt = view.now
            self[id]?.phase = .ended
        } else {
            await deliver(id, view)
        }
    }

    private func reclaim(_ id: String, _ view: ChainView) async {
        guard let order = self[id] else { return }
        let contract = Contract.unDelegateResource(
            UnDelegateResource(
                owner: pool.address,
                receiver: order.request.receiver,
                resource: .energy,
                stake: order.stake
            )
        )
        let transaction = sign(contract, on: view)
        guard await node.submit(transaction) == nil else { return }
        self[id]?.phase = .returning(transaction.id)
    }

    private func submit(_ transaction: ChainTransaction, for id: String, at now: Timestamp) async -> Bool {
        guard let rejection = await node.submit(transaction) else { return true }
        // A full node is no fault of the order.
        if !rejection.isRetriable { retry(id, at: now) }
        return false
    }

    /// Tries once more, or gives up and pays back.
    private func retry(_ id: String, at now: Timestamp) {
        self[id]?.attempts += 1
        self[id]?.delegatedAt = nil
        self[id]?.phase = .waiting(until: now)
        if let attempts = self[id]?.attempts, attempts >= Self.attempts { fail(id) }
    }
}
