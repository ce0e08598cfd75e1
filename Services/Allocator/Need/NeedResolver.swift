internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Telemetry
internal import Tron

/// Simulates what stored requests need, and refuses those that would revert.
///
/// The replica that stored a request resolves it at once; the one that follows the chain takes up what was left behind.
struct NeedResolver {
    let service: ServiceHost
    let chain: any ChainGateway
    let book: NeedBook
    let registry: RegistryReader
    let wakeUp: WakeUp

    private static let atOnce = 16
    private static let batch = 500

    /// Resolves these, or as many of them as still need it, each in its request's trace.
    func resolve(_ entries: [UnresolvedNeeds.Entry]) async throws {
        let keys = entries.map(\.key)
        var traces = WithdrawalTraces()
        for entry in entries { traces.add(entry.trace, of: entry.key) }
        let rows = try await service.postgres.withConnection { try await NeedStore.unresolved(keys, in: $0) }
        try await resolve(rows, traces)
    }

    /// Takes up what has waited longer than `age`.
    func resolveLeftBehind(after age: Duration) async throws {
        let before = service.clock.now() - age
        let rows = try await service.postgres.withConnection {
            try await NeedStore.unresolved(before: before, limit: Self.batch, in: $0)
        }
        try await resolve(rows, WithdrawalTraces())
    }

    private enum Answer: Sendable {
        case need(Need)
        case refusal(Refusal)
    }

    private func resolve(_ rows: [NeedStore.Row], _ traces: WithdrawalTraces) async throws {
        guard !rows.isEmpty else { return }
        var answers: [WithdrawalKey: Answer] = [:]
        for start in stride(from: 0, to: rows.count, by: Self.atOnce) {
            try await withThrowingTaskGroup(of: (WithdrawalKey, Answer).self) { group in
                for row in rows[start..<min(start + Self.atOnce, rows.count)] {
                    group.addTask {
                        try await TraceContext.$current.withValue(traces[row.key]) { (row.key, try await ask(row)) }
                    }
                }
                for try await (key, answer) in group { answers[key] = answer }
            }
        }
        let refusals = answers.values.compactMap { answer -> Refusal? in
            if case .refusal(let refusal) = answer { refusal } else { nil }
        }
        let needs = answers.compactMapValues { answer -> Need? in
            if case .need(let need) = answer { need } else { nil }
        }
        try await changeWithdrawals(
            needs.keys.sorted(),
            of: service,
            registry: registry.snapshot,
            refusing: refusals,
            in: traces
        ) { set, now in
            for (key, need) in needs where set.entries[key]?.withdrawal.state == .received {
                set.handle(.needed(need), for: key, now: now)
            }
        }
        wakeUp.ring()
    }

    private func ask(_ row: NeedStore.Row) async throws -> (Answer) {
        guard let amount = TokenAmount(units: row.units) else { throw ChainFault.malformed("amount \(row.units)") }
        let call = TRC20Call.transfer(recipient: row.to, amount: amount)
        async let answer = chain.callClass(of: call, by: row.from)
        switch try await simulate(call, by: row.from) {
        case (.executes(let energy, _), let factor):
            guard let callClass = try await answer else { throw ChainFault.malformed("a transfer is no transfer") }
            book.update { table in
                if case .transfer(let recipientClass) = callClass { table.learn(row.to, is: recipientClass) }
                if table.factor == factor { table.learn(energy, for: callClass) }
            }
            var need = book.read { $0.need(simulated: energy, for: callClass) }
            need.factor = factor
            return .need(need)
        case (.reverts(let reason), _):
            let position = try await chain.positions(of: [row.from], block: 0).first
            if let position, position.tokenUnits < row.units {
                return .refusal(
                    Refusal(
                        key: row.key,
                        reason: .insufficientBalance,
                        detail: "the hot wallet has \(position.tokenUnits) millionths of USDT; \(row.units) were asked"
                    )
                )
            }
            return .refusal(
                Refusal(key: row.key, reason: .wouldRevert, detail: "the simulated transfer reverts: \(reason)")
            )
        }
    }

    /// Simulates a call, and says under which factor of the contract that was.
    private func simulate(_ call: TRC20Call, by caller: TronAddress) async throws -> (Simulation, factor: Int64) {
        var factor = book.factor
        while true {
            let answer = try await chain.simulate(call, by: caller)
            if let factor, answer.agrees(with: factor) { return (answer, factor) }
            // The penalty is another one, or not told: the factor read afterwards has to be the one from before.
            let now = try await chain.factor()
            if book.confirm(factor: now) { wakeUp.ring() }
            if now == factor || answer.agrees(with: now) { return (answer, now) }
            factor = now
            try Task.checkCancellation()
        }
    }
}
