internal import Models

/// What the demo's upstream will ask for: decided beforehand from a seed, so that a run can be repeated.
struct DemoPlan: Sendable {
    /// One withdrawal of the demo.
    struct Order: Sendable {
        var id: WithdrawalID
        /// Index of the hot wallet that sends.
        var wallet: Int
        /// Index of the recipient.
        var recipient: Int
        /// Whether the recipient holds USDT when the demo begins.
        var isHolder: Bool
        var amount: TokenAmount
        var urgency: Urgency
        /// After the start.
        var delay: Duration
    }

    let orders: [Order]
    /// Recipients that hold USDT from the start; the others begin with none.
    let holders: Int
    let recipients: Int

    /// - Parameters:
    ///   - count: how many withdrawals.
    ///   - wallets: how many hot wallets send.
    ///   - span: over how long they arrive; two in five of them in bursts.
    ///   - run: distinguishes the ids of several demos on one stack.
    init(count: Int, wallets: Int, span: Duration, run: String, using generator: inout some RandomNumberGenerator) {
        holders = max(1, count / 3)
        let newcomers = max(1, count / 4)
        recipients = holders + newcomers
        let bursts = (0..<max(1, count / 60)).map { _ in
            Int64.random(in: 0..<max(1, span.wholeMilliseconds), using: &generator)
        }
        var orders: [Order] = []
        for number in 0..<count {
            let isHolder = Int.random(in: 0..<10, using: &generator) < 7
            let recipient =
                isHolder
                ? Int.random(in: 0..<holders, using: &generator)
                : holders + Int.random(in: 0..<newcomers, using: &generator)
            let inBurst = Int.random(in: 0..<5, using: &generator) < 2
            let milliseconds =
                inBurst
                ? bursts.randomElement(using: &generator) ?? 0
                : Int64.random(in: 0..<max(1, span.wholeMilliseconds), using: &generator)
            let units = Int64.random(in: 1_000_000...500_000_000, using: &generator)
            let urgency: Urgency =
                switch Int.random(in: 0..<20, using: &generator) {
                case 0: .urgent
                case 1...3: .priority
                default: .normal
                }
            guard let id = WithdrawalID("demo-\(run)-\(number + 1)"), let amount = TokenAmount(units: units) else {
                continue
            }
            orders.append(
                Order(
                    id: id,
                    wallet: Int.random(in: 0..<wallets, using: &generator),
                    recipient: recipient,
                    isHolder: isHolder,
                    amount: amount,
                    urgency: urgency,
                    delay: .milliseconds(milliseconds)
                )
            )
        }
        self.orders = orders.sorted { $0.delay < $1.delay }
    }
}
