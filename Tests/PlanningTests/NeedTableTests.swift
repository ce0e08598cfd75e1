import Models
import Planning
import Testing

struct NeedTableTests {
    @Test func theNeedIsTheClassesEnergyWithTheMarginRoundedUp() {
        var table = NeedTable(marginPerMille: 10)
        #expect(table.need(for: address(1)) == nil, "class unknown")
        table.learn(address(1), is: .holder)
        #expect(table.need(for: address(1)) == nil, "energy of the class unknown")
        table.learn(Energy(64_285), for: .transfer(.holder))
        #expect(table.need(for: address(1)) == Need(energy: Energy(64_928), bandwidth: Bandwidth(345)))
        #expect(table.simulated(.transfer(.holder)) == Energy(64_285))
        #expect(table.simulated(.transfer(.newHolder)) == nil)
    }

    @Test func everyClassOfCallHasAnEnergyOfItsOwn() {
        var table = NeedTable(marginPerMille: 10)
        let classes: [CallClass] =
            RecipientClass.allCases.map { .transfer($0) } + ApprovalClass.allCases.map { .approve($0) }
            + RecipientClass.allCases.flatMap { recipient in
                AllowanceClass.allCases.map { .transferFrom(recipient, $0) }
            }
        for (index, callClass) in classes.enumerated() { table.learn(Energy(1000 * Int64(index + 1)), for: callClass) }
        for (index, callClass) in classes.enumerated() {
            #expect(table.need(for: callClass)?.energy == Energy(1010 * Int64(index + 1)))
        }
        #expect(table.need(for: .approve(.first))?.bandwidth == Bandwidth(345))
        #expect(table.need(for: .transferFrom(.holder, .limited))?.bandwidth == Bandwidth(378))
        table.setFactor(1)
        #expect(table.need(for: .approve(.first)) == nil)
    }

    @Test func theHighestSimulationOfAClassCounts() {
        var table = NeedTable(marginPerMille: 0)
        table.learn(Energy(100), for: .transfer(.holder))
        table.learn(Energy(90), for: .transfer(.holder))
        #expect(table.simulated(.transfer(.holder)) == Energy(100))
    }

    @Test func aNewFactorForgetsEnergiesAndKeepsRecipients() {
        var table = NeedTable()
        table.setFactor(3400)
        table.learn(Energy(100), for: .transfer(.holder))
        table.learn(address(1), is: .holder)
        table.setFactor(3400)
        #expect(table.need(for: address(1)) != nil)
        table.setFactor(3401)
        #expect(table.need(for: address(1)) == nil)
        #expect(table.recipientClass(of: address(1)) == .holder)
    }

    @Test func aTransferChangesARecipientsClass() {
        var table = NeedTable()
        table.learn(address(1), is: .newHolder)
        table.learn(address(1), is: .holder)
        #expect(table.recipientClass(of: address(1)) == .holder)
        table.forget(address(1))
        #expect(table.recipientClass(of: address(1)) == nil)
        table.learn(address(2), is: .holder)
        table.forgetRecipients()
        #expect(table.recipientClass(of: address(2)) == nil)
    }

    @Test func itNeverSaysWhatItWasNotToldLast() async {
        await forEverySeed { seed, random in
            let capacity = Int(random.int(1...10))
            var table = NeedTable(capacity: capacity)
            var model: [TronAddress: RecipientClass] = [:]
            var recent: [TronAddress] = []
            for _ in 0..<60 {
                let recipient = address(random.int(1...30))
                recent.removeAll { $0 == recipient }
                if random.chance(80) {
                    let recipientClass = random.pick(RecipientClass.allCases)
                    table.learn(recipient, is: recipientClass)
                    model[recipient] = recipientClass
                    recent.append(recipient)
                } else {
                    table.forget(recipient)
                    model[recipient] = nil
                }
                expect(table, knows: model, newest: recent.last, capacity, seed)
            }
        }
    }

    private func expect(
        _ table: NeedTable,
        knows model: [TronAddress: RecipientClass],
        newest: TronAddress?,
        _ capacity: Int,
        _ seed: UInt64
    ) {
        let known = (1...30).map(address).filter { table.recipientClass(of: $0) != nil }
        #expect(known.allSatisfy { table.recipientClass(of: $0) == model[$0] }, "seed \(seed)")
        #expect(known.count <= 2 * capacity, "seed \(seed): \(known.count) recipients with room for \(capacity)")
        #expect(newest.map(known.contains) != false, "seed \(seed): the newest was forgotten")
    }

    @Test func atLeastAsManyAsItsCapacityAreRemembered() {
        var table = NeedTable(capacity: 10)
        for number in Int64(1)...25 {
            table.learn(address(number), is: .holder)
            for newest in max(1, number - 9)...number {
                #expect(table.recipientClass(of: address(newest)) == .holder, "\(newest) after \(number)")
            }
        }
    }

    @Test func theMarginCoversTheSimulationExactly() async {
        await forEverySeed { seed, random in
            let margin = random.int(0...500)
            let table = NeedTable(marginPerMille: margin)
            let energy = random.amount(upTo: 10_000_000)
            let padded = Int128(table.withMargin(Energy(energy)).rawValue) * 1000
            let exact = Int128(energy) * Int128(1000 + margin)
            #expect(padded >= exact && padded - exact < 1000, "seed \(seed): \(energy) with \(margin)")
        }
    }
}

/// What a new factor of the contract makes of needs that are known.
struct NeedFactorTests {
    @Test func aNeedFollowsTheFactorAndIsNeverTooLow() async {
        await forEverySeed { seed, random in
            var table = NeedTable()
            let base = random.int(1...1_000_000)
            let (before, after) = (random.int(0...34_000), random.int(0...34_000))
            table.setFactor(before)
            let old = table.need(simulated: energy(base, under: before), for: .transfer(.holder))
            table.setFactor(after)
            let new = table.need(simulated: energy(base, under: after), for: .transfer(.holder))
            guard let followed = old.under(factor: after) else {
                Issue.record("seed \(seed): it does not follow")
                return
            }
            #expect(followed.factor == after && followed.bandwidth == old.bandwidth)
            #expect(followed.energy.rawValue >= base * (10_000 + after) / 10_000, "seed \(seed)")
            #expect(abs(followed.energy.rawValue - new.energy.rawValue) <= 8, "seed \(seed): \(followed) for \(new)")
        }
        #expect(Need(energy: Energy(1), bandwidth: Bandwidth(345)).under(factor: 1) == nil, "of what is not known")
    }

    @Test func aPromiseLacksWhatItsMarginDoesNotCover() {
        let promise = Need(energy: Energy(1010), bandwidth: Bandwidth(345), factor: 0)
        #expect(!promise.lacks(for: promise))
        #expect(promise.under(factor: 100).map(promise.lacks(for:)) == false)
        #expect(promise.under(factor: 120).map(promise.lacks(for:)) == true)
        #expect(promise.under(factor: 0).map(promise.lacks(for:)) == false)
    }

    private func energy(_ base: Int64, under factor: Int64) -> Energy { Energy(base + base * factor / 10_000) }
}
