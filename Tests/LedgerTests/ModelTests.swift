internal import Ledger
internal import Models
internal import Storage
internal import Testing

/// The ledger as a few dictionaries: what the database's functions must answer.
private struct Model {
    struct Debit {
        var payer: PartnerID
        var sheet: CostSheet
        var end: ConclusionResult?
        var refunded = Sun.zero
    }

    var balances: [PartnerID: Sun] = [:]
    var limits: [PartnerID: Sun] = [:]
    /// The latest of each allocation.
    var debits: [UUIDv7: Debit] = [:]

    /// The results alone: balances are compared after the batch. An allocation that occurs twice counts as it first stands.
    mutating func charge(_ items: [AllocationCharge]) -> [ChargeAnswer.Result] {
        var refused: Set<UUIDv7> = []
        return items.map { item in
            guard !refused.contains(item.allocation) else { return .insufficient }
            let result = charge(item)
            if result == .insufficient { refused.insert(item.allocation) }
            return result
        }
    }

    private mutating func charge(_ item: AllocationCharge) -> ChargeAnswer.Result {
        if let standing = debits[item.allocation], standing.end != .refunded { return .alreadyCharged(standing.sheet) }
        let rest = balances[item.partner, default: .zero] - item.sheet.total
        guard rest >= .zero - limits[item.partner, default: .zero] else { return .insufficient }
        balances[item.partner] = rest
        debits[item.allocation] = Debit(payer: item.partner, sheet: item.sheet)
        return .charged
    }

    mutating func refund(_ item: AllocationRefund) -> ConclusionResult {
        guard var debit = debits[item.allocation] else { return .notCharged }
        if let end = debit.end { return end == .completed ? .alreadyCompleted : .alreadyRefunded }
        debit.end = .refunded
        debit.refunded = item.amount ?? debit.sheet.total
        debits[item.allocation] = debit
        balances[debit.payer, default: .zero] += debit.refunded
        return .refunded
    }

    mutating func complete(_ item: AllocationCompletion) -> ConclusionResult {
        guard let debit = debits[item.allocation] else { return .notCharged }
        if let end = debit.end { return end == .completed ? .alreadyCompleted : .alreadyRefunded }
        debits[item.allocation]?.end = .completed
        return .completed
    }
}

@Suite struct ModelTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func randomBatchesAreAnsweredAsTheModelDoes(seed: UInt64) async throws {
        try await House.with { house in
            var random = SeededGenerator(seed: seed)
            var model = Model()
            let partners = try ["p1", "p2", "p3"].map { try PartnerID.named($0) }
            for (index, id) in partners.enumerated() {
                let (amount, limit) = (Int64(3000 * index), Int64(500 * (2 - index)))
                if amount > 0 { try await house.deposit(amount, to: id) }
                try await house.client.execute(
                    """
                    SELECT registry.set_partner_terms(\(House.now), 'test', \(id),
                        jsonb_build_object('credit_limit_sun', \(limit)))
                    """
                )
                (model.balances[id], model.limits[id]) = (Sun(amount), Sun(limit))
            }
            let allocations = (0..<40).map { _ in UUIDv7(at: House.now, using: &random) }
            // An allocation belongs to one partner for ever.
            let owner = Dictionary(uniqueKeysWithValues: allocations.enumerated().map { ($1, partners[$0 % 3]) })

            for step in 0..<40 {
                var batch = LedgerBatch()
                func some() -> ArraySlice<UUIDv7> {
                    allocations.shuffled(using: &random).prefix(Int.random(in: 0...6, using: &random))
                }
                for id in some() {
                    // Whether a part fits is known once the debit is: only a whole or nothing is always allowed.
                    let known = model.debits[id].map { $0.sheet.total } ?? .zero
                    let part = Sun(Int64.random(in: 0...known.rawValue, using: &random))
                    let amount = Bool.random(using: &random) ? nil : part
                    let burnt = Sun(Int64.random(in: 0...3, using: &random))
                    batch.refunds.append(.init(allocation: id, amount: amount, reason: "revoked", burnt: burnt))
                }
                batch.completions = some().map { .init(allocation: $0, energyUsed: Energy(1), burnt: Sun(2)) }
                for id in some() + some() {
                    guard let partner = owner[id] else { continue }
                    let total = Int64.random(in: 0...900, using: &random)
                    batch.charges.append(try charge(total, partner, allocation: id))
                }
                if Int.random(in: 0...4, using: &random) == 0, let id = partners.randomElement(using: &random) {
                    let amount = Int64.random(in: 1...800, using: &random)
                    try await house.deposit(amount, to: id, key: "deposit:\(step)")
                    model.balances[id, default: .zero] += Sun(amount)
                }

                let now = batch
                let answers = try await house.client.withTransaction {
                    try await Books(in: $0).book(now, at: House.now)
                }
                let place: Comment = "seed \(seed), step \(step)"
                #expect(answers.refunds.map(\.result) == now.refunds.map { model.refund($0) }, place)
                #expect(answers.completions == now.completions.map { model.complete($0) }, place)
                #expect(answers.charges.map(\.result) == model.charge(now.charges), place)
                for (item, answer) in zip(now.charges, answers.charges) {
                    #expect(answer.balance == model.balances[item.partner], place)
                }
            }
            for id in partners {
                let balance = try await house.balance(id)
                #expect(balance == model.balances[id], "seed \(seed)")
                let statement = try #require(
                    try await house.books.statement(of: id, from: House.now, to: House.now + .seconds(1))
                )
                #expect(statement.opening == .zero && statement.closing == balance, "seed \(seed)")
                #expect(statement.lines.reduce(.zero) { $0 + $1.amount } == balance, "seed \(seed)")
            }
            #expect(try await house.findings().isEmpty)
            #expect(try await house.sumOfBalances() == 0)
        }
    }
}
