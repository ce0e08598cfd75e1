import ChainModel
import Models
import Testing

/// Seeded random transactions, blocks, reorganisations and turns of the clock: nothing is ever made or lost.
@Suite struct ConservationTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func nothingIsMadeOrLost(seed: UInt64) async throws {
        var run = try RandomRun(seed: seed)
        for step in 0..<4000 {
            try run.step()
            if step % 10 == 0 {
                let violations = run.world.chain.head.violations() + run.world.chain.pendingState.violations()
                try #require(violations.isEmpty, "seed \(seed), step \(step): \(violations)")
            }
            // Tests that wait for a server have their turn meanwhile.
            if step % 100 == 0 { await Task.yield() }
        }
        #expect(run.accepted > 1000, "seed \(seed): only \(run.accepted) transactions were accepted")
        #expect(run.kinds.count == ContractType.allCases.count, "seed \(seed): only \(run.kinds) were accepted")
        #expect(run.outcomes.count == 3, "seed \(seed): only \(run.outcomes)")
        #expect(run.rentals.count >= 3, "seed \(seed): only \(run.rentals) succeeded")
        let liquidator = try #require(run.world.chain.solid.account(World.liquidator))
        #expect(liquidator.balance > .zero, "seed \(seed): nothing was liquidated")
        #expect(run.world.chain.solid.violations().isEmpty)
    }

    @Test func theSameSeedMakesTheSameChain() throws {
        var first = try RandomRun(seed: 42)
        var second = try RandomRun(seed: 42)
        for _ in 0..<500 {
            try first.step()
            try second.step()
        }
        #expect(first.world.chain.headBlock == second.world.chain.headBlock)
        #expect(first.world.chain.head.burnt == second.world.chain.head.burnt)
    }
}

private struct RandomRun {
    var world: World
    var generator: Seeded
    var accepted = 0
    var kinds: Set<ContractType> = []
    var outcomes: Set<ContractResult> = []
    /// Functions of the rental market that succeeded.
    var rentals: Set<RentalMarket.Function> = []

    init(seed: UInt64) throws {
        world = try World.withMarket(seed: seed, accounts: 10, poolTRX: 50_000)
        generator = Seeded(seed &+ 1000)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    mutating func index() -> Int { Int.random(in: 0..<world.accounts.count, using: &generator) }
    mutating func address() -> TronAddress { world.accounts[index()] }
    mutating func amount(_ most: Int64) -> Sun {
        // Many amounts near the ends, where mistakes live.
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: Sun(most)
        case 1: Sun(Int64.random(in: 0...1, using: &generator))
        case 2: Sun(most + 1)
        default: Sun(Int64.random(in: 0...max(0, most), using: &generator))
        }
    }
    mutating func resource() -> Resource { chance(70) ? .energy : .bandwidth }

    mutating func step() throws {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<72: try submit()
        case 72..<86: try produce(after: .seconds(3))
        case 86..<89: try produce(after: .seconds(Int64.random(in: 3...90_000, using: &generator)))
        case 89: try produce(after: .seconds(86_400 * Int64.random(in: 1...20, using: &generator)))
        case 90..<93:
            let depth = Int.random(in: 1...18, using: &generator)
            world.chain.reorganize(depth: depth, keepingTransactions: chance(50))
        case 93..<96: try world.chain.fund(address(), amount(2_000_000_000), tokens: amount(50_000_000).rawValue)
        case 96..<98: try world.chain.stake(address(), resource(), amount(20_000_000_000))
        case 98: try world.chain.reward(try activated(), amount(5_000_000))
        default:
            let weight = Int64.random(in: 10_000_000_000...30_000_000_000, using: &generator)
            try world.chain.setTotalWeight(resource(), weight)
        }
    }

    mutating func activated() throws -> TronAddress {
        let address = address()
        if world.chain.head.account(address) == nil { try world.chain.fund(address, .trx) }
        return address
    }

    mutating func produce(after interval: Duration) throws {
        let before = world.chain.head.burnt
        world.produce(after: interval)
        let receipts = world.chain.headBlock.transactions.compactMap { world.chain.entry($0)?.receipt }
        let fees = receipts.reduce(Sun.zero) { $0 + $1.fee }
        try #require(world.chain.head.burnt - before == fees, "receipts say \(fees)")
        for receipt in receipts {
            if let result = receipt.result { outcomes.insert(result) }
            note(receipt)
            try #require(receipt.energyUsage >= 0 && receipt.energyFee >= .zero && receipt.energyTotal >= 0)
            let price = world.chain.head.parameters.energyFee
            try #require(receipt.energyUsage + receipt.energyFee.rawValue / price == receipt.energyTotal)
        }
    }

    mutating func submit() throws {
        let contract = contract()
        let state = world.chain.pendingState
        let permission = chance(15) ? 2 : 0
        let signers = chance(5) ? [address()] : [contract.owner]
        let transaction = world.transaction(
            contract,
            signers: signers,
            permission: permission,
            feeLimit: chance(30) ? 5_000_000 : 100_000_000,
            memo: chance(5) ? [1, 2, 3] : []
        )
        do {
            try world.chain.submit(transaction, nextBlock: world.now)
            accepted += 1
            kinds.insert(contract.type)
        } catch {
            let after = world.chain.pendingState
            try #require(after.burnt == state.burnt && after.ownWeight == state.ownWeight, "refused, yet changed")
            try #require(after.account(contract.owner) == state.account(contract.owner), "refused, yet changed")
        }
    }

    mutating func contract() -> Contract {
        let owner = address()
        let state = world.chain.pendingState
        let account = state.account(owner)
        let balance = account?.balance.rawValue ?? 5
        let resource = resource()
        switch Int.random(in: 0..<24, using: &generator) {
        case 20..<24: return .triggerSmartContract(rentalCall(owner, balance))
        case 0..<3: return .transfer(Transfer(owner: owner, recipient: address(), amount: amount(balance / 4)))
        case 3..<8:
            let units = amount(state.token.balance(of: owner) / 2).rawValue
            return call(owner, .transfer, [Word(address()), Word(UInt64(units))])
        case 8: return call(owner, .approve, [Word(address()), Word(UInt64(amount(1_000_000).rawValue))])
        case 9:
            return call(owner, .transferFrom, [Word(address()), Word(address()), Word(UInt64(amount(1000).rawValue))])
        case 10, 11:
            return .freezeBalanceV2(FreezeBalanceV2(owner: owner, amount: amount(balance / 2), resource: resource))
        case 12:
            let staked = account?.staked[resource].rawValue ?? 0
            return .unfreezeBalanceV2(UnfreezeBalanceV2(owner: owner, amount: amount(staked), resource: resource))
        case 13: return .withdrawExpireUnfreeze(WithdrawExpireUnfreeze(owner: owner))
        case 14:
            return chance(20)
                ? .cancelAllUnfreezeV2(CancelAllUnfreezeV2(owner: owner))
                : .withdrawBalance(WithdrawBalance(owner: owner))
        case 15, 16:
            let most = account.map { state.delegatableMaximum(of: $0, resource).rawValue } ?? 0
            return .delegateResource(
                DelegateResource(
                    owner: owner,
                    receiver: address(),
                    resource: resource,
                    stake: amount(most),
                    lock: chance(20),
                    lockPeriod: Int64.random(in: 0...2000, using: &generator)
                )
            )
        case 17, 18:
            let receiver = state.receivers(of: owner).randomElement(using: &generator) ?? address()
            let record = state.delegation(from: owner, to: receiver)
            let most = record?.reclaimable(resource, at: state.now).rawValue ?? 0
            return .unDelegateResource(
                UnDelegateResource(owner: owner, receiver: receiver, resource: resource, stake: amount(most))
            )
        default:
            if chance(60), let witness = state.witnesses.randomElement(using: &generator) {
                let power = (account?.tronPower.rawValue ?? 0) / 1_000_000
                return .voteWitness(
                    VoteWitness(owner: owner, votes: [.init(witness: witness, count: amount(power).rawValue)])
                )
            }
            return .accountPermissionUpdate(
                AccountPermissionUpdate(
                    owner: owner,
                    ownerPermission: .owner(of: owner),
                    activePermissions: [.active(of: owner)]
                )
            )
        }
    }

    private mutating func note(_ receipt: Receipt) {
        guard receipt.contract == World.market, receipt.result == .success, let entry = world.chain.entry(receipt.id),
            case .triggerSmartContract(let call) = entry.transaction.body.contract,
            let function = RentalMarket.Function(rawValue: call.data.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
        else { return }
        rentals.insert(function)
    }

    /// Renting, giving back and liquidating, mostly of what there is.
    private mutating func rentalCall(_ owner: TronAddress, _ balance: Int64) -> TriggerSmartContract {
        let known = (world.chain.pendingState.rentals?.rentals.map(\.key) ?? []).sorted()
        let some = known.randomElement(using: &generator)
        let stake = some.flatMap { world.chain.pendingState.rentals?.rental($0)?.stake.rawValue } ?? 5_000_000
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<6:
            let stake = chance(20) ? Sun(Int64.random(in: 0...1, using: &generator)) : amount(9_000_000_000)
            // A day's rent is about four ten-thousandths of the stake; 20 TRX are the fee.
            let days = Sun(20_000_000 + stake.rawValue / 10_000 * Int64.random(in: 3...20, using: &generator))
            let value = chance(80) ? days : amount(balance / 3)
            return world.market(
                owner,
                .rentResource,
                [Word(address()), Word(UInt64(stake.rawValue)), Word(chance(97) ? 1 : 0)],
                value: value
            )
        case 6, 7:
            let (renter, receiver) = (some?.renter ?? owner, some?.receiver ?? address())
            return world.market(
                renter,
                .returnResource,
                [Word(receiver), Word(UInt64(amount(stake).rawValue)), Word(1)]
            )
        case 8:
            let (renter, receiver) = (some?.renter ?? address(), some?.receiver ?? owner)
            return world.market(
                receiver,
                .returnResourceByReceiver,
                [Word(renter), Word(UInt64(amount(stake).rawValue)), Word(1)]
            )
        default:
            let (renter, receiver) = (some?.renter ?? address(), some?.receiver ?? address())
            return world.market(owner, .liquidate, [Word(renter), Word(receiver), Word(1)])
        }
    }

    private func call(_ owner: TronAddress, _ function: TokenContract.Function, _ words: [Word]) -> Contract {
        .triggerSmartContract(
            TriggerSmartContract(
                owner: owner,
                contractAddress: world.token,
                data: function.selector + words.flatMap(\.bytes)
            )
        )
    }
}
