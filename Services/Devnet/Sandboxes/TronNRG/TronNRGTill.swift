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
    /// Orders that may still fail, with what paid for them.
    private var expected: [String: (hash: String, payment: Transfer)] = [:]
    /// What was said to claims that failed, by the payment's id.
    private var failures: [String: SandboxAnswer] = [:]
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
            for id in order.prefix(Self.memory / 4) {
                used.remove(id)
                failures[id.hex] = nil
            }
            order.removeFirst(Self.memory / 4)
        }
        return true
    }

    /// What was said to a claim of this payment that failed.
    func failure(of payment: TransactionID) -> SandboxAnswer? { failures[payment.hex] }

    /// Notes who is paid back if the order fails.
    func expect(_ id: String, for hash: String, from payment: Transfer) { expected[id] = (hash, payment) }

    func refund(_ payment: Transfer, for hash: String, answer: SandboxAnswer) {
        refunds.append(Refund(to: payment.owner, amount: payment.amount))
        failures[hash] = answer
    }

    /// Pays back what has failed, again if a reorganisation lost it.
    func work() async {
        guard !isWorking else { return }
        isWorking = true
        defer { isWorking = false }
        await forgetAfterReset()
        for (id, claim) in expected.sorted(by: { $0.key < $1.key }) {
            let order = await desk.order(id: id)
            guard !(order?.isActive ?? false), expected.removeValue(forKey: id) != nil, order?.phase == .failed else {
                continue
            }
            let text = "the provider could not deliver"
            let answer = TronNRGSandbox.failure(400, "delegation_failed", text, ref: id, refund: claim.payment)
            refund(claim.payment, for: claim.hash, answer: answer)
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
            let transfer = Transfer(
                owner: desk.pool.address,
                recipient: refunds[index].to,
                amount: refunds[index].amount
            )
            let transaction = await desk.sign(.transfer(transfer), on: view)
            guard refunds.indices.contains(index) else { break }
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
        (used, order, expected, failures, refunds) = ([], [], [:], [:], [])
    }
}
