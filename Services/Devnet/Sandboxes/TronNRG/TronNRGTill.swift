internal import ChainModel
internal import Models

/// Which payments have been claimed, and what has to be paid back on chain.
actor TronNRGTill {
    /// Money on its way back.
    private struct Refund {
        var to: TronAddress
        var amount: Sun
        /// The transfer, once it was sent.
        var transaction: TransactionID?
    }

    /// Claimed payments that are remembered: more than the chain remembers transactions.
    private static let memory = 400_000

    private let desk: SupplierDesk
    private var used: Set<TransactionID> = []
    private var order: [TransactionID] = []
    private var generation = -1
    /// Payers of orders that may still fail.
    private var payments: [String: Transfer] = [:]
    private var refunds: [Refund] = []
    private var isWorking = false

    init(desk: SupplierDesk) { self.desk = desk }

    /// What a TRX buys at the desk's price.
    var energyPerTRX: Int64 {
        get async {
            let price = await desk.price.rawValue
            return max(1, (1_000_000_000_000 + price / 2) / max(1, price))
        }
    }

    /// Marks a payment as claimed.
    /// - Returns: `false` when it was before.
    func use(_ payment: TransactionID) async -> Bool {
        await forgetAfterReset()
        guard used.insert(payment).inserted else { return false }
        order.append(payment)
        if order.count > Self.memory {
            used.subtract(order.prefix(Self.memory / 4))
            order.removeFirst(Self.memory / 4)
        }
        return true
    }

    /// Notes who is paid back if the order fails.
    func expect(_ id: String, from payment: Transfer) { payments[id] = payment }

    func refund(_ payment: Transfer) { refunds.append(Refund(to: payment.owner, amount: payment.amount)) }

    /// Pays back what has failed, again if a reorganisation lost it.
    func work() async {
        guard !isWorking else { return }
        isWorking = true
        defer { isWorking = false }
        await forgetAfterReset()
        for (id, payment) in payments.sorted(by: { $0.key < $1.key }) {
            guard let order = await desk.order(id: id), order.isActive else {
                if await desk.order(id: id)?.phase == .failed { refund(payment) }
                payments[id] = nil
                continue
            }
        }
        guard !refunds.isEmpty else { return }
        let view = await desk.node.view
        let fates = await desk.node.fates(of: refunds.compactMap(\.transaction))
        var settled: Set<Int> = []
        // A reset in the meantime may have emptied the list.
        for index in refunds.indices where refunds.indices.contains(index) {
            var isMissing = true
            switch refunds[index].transaction.flatMap({ fates[$0] }) {
            case .inBlock(let time):
                isMissing = false
                // Twenty blocks later no reorganisation can lose it.
                if view.now - time > desk.node.configuration.blockInterval * 20 { settled.insert(index) }
            case .waits: isMissing = false
            case .unknown, nil: break
            }
            guard isMissing else { continue }
            // One sun of the time makes two refunds of one amount two transactions.
            var moment = view
            moment.now = view.now + .milliseconds(index)
            let transfer = Transfer(
                owner: desk.pool.address,
                recipient: refunds[index].to,
                amount: refunds[index].amount
            )
            let transaction = desk.pool.sign(.transfer(transfer), on: moment)
            if await desk.node.submit(transaction) == nil, refunds.indices.contains(index) {
                refunds[index].transaction = transaction.id
            }
        }
        refunds = refunds.enumerated().filter { !settled.contains($0.offset) }.map(\.element)
    }

    private func forgetAfterReset() async {
        let present = await desk.node.generation
        guard present != generation else { return }
        generation = present
        (used, order, payments, refunds) = ([], [], [:], [])
    }
}
