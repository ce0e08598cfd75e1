internal import ChainModel
internal import Models

/// The whole chain at a glance, for tests' final checks.
enum StateSummary {
    @Sendable static func answer(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        await node.inspect(summary)
    }

    @Sendable private static func summary(_ chain: borrowing Blockchain) -> JSON {
        let state = chain.head
        let delegations = state.delegations.sorted { ($0.pair.from, $0.pair.to) < ($1.pair.from, $1.pair.to) }
        let accounts = Array(state.accounts)
        return [
            "block": .int(state.number), "solid_block": .int(chain.solidNumber),
            "time_ms": .int(state.now.milliseconds), "pending": .int(Int64(chain.pendingCount)),
            "accounts": .int(Int64(accounts.count)), "issued_sun": .int(state.issued.rawValue),
            "burnt_sun": .int(state.burnt.rawValue), "energy_weight": .int(state.totals(.energy).weight),
            "net_weight": .int(state.totals(.bandwidth).weight),
            "token": [
                "address": .string(state.token.address.base58), "supply": .int(state.token.totalSupply),
                "energy_factor": .int(state.token.energyFactor),
            ],
            "delegations": .array(delegations.map(json)),
            "violations": .array(state.violations().map { .string($0.description) }),
        ]
    }

    private static func json(_ delegation: (pair: DelegationPair, record: DelegationRecord)) -> JSON {
        let (pair, record) = delegation
        return [
            "from": .string(pair.from.base58), "to": .string(pair.to.base58),
            "energy_sun": .int(record.unlocked.energy.rawValue),
            "bandwidth_sun": .int(record.unlocked.bandwidth.rawValue),
            "locked_energy_sun": .int(record.locked.energy.rawValue),
            "locked_bandwidth_sun": .int(record.locked.bandwidth.rawValue),
        ]
    }
}
