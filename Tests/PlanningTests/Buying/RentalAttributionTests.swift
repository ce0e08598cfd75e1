import Models
import Planning
import Testing

/// What stands at a wallet, told apart by who has bought it.
struct RentalAttributionTests {
    private struct Case {
        var claimants: [RentalClaimant]
        var seen: [SeenDelegation]
        var records: [TronAddress: Sun]

        func run() -> RentalAttribution {
            // One energy a sun.
            attributeRentals(to: claimants, seen: seen, records: records) { Sun($0.rawValue) }
        }

        /// Whose each delegation is in the end.
        func owners(_ result: RentalAttribution) -> [TransactionID: UUIDv7] {
            seen.reduce(into: [:]) { $0[$1.txid] = result.found[$1.txid] ?? $1.acquisition }
        }
    }

    private func randomCase(_ random: inout Generator) -> Case {
        let count = random.int(0...10)
        let purchases = random.int(1...4)
        let seen = (0..<count).map { number in
            SeenDelegation(
                txid: transaction(number),
                block: number,
                at: moment(number * 10),
                owner: address(random.int(50...52)),
                stake: Sun(random.chance(10) ? -random.int(1...100) : random.int(1...100)),
                acquisition: random.chance(25) ? allocation(random.int(1...6)) : nil
            )
        }
        let claimants = (1...purchases).map { number in
            RentalClaimant(
                acquisition: allocation(number),
                delegations: random.chance(50)
                    ? [] : (0..<random.int(1...3)).map { _ in transaction(random.int(0...12)) },
                placedAt: random.chance(10) ? nil : moment(random.int(-10...100)),
                isWaiting: random.chance(70),
                ordered: Energy(random.int(1...200))
            )
        }
        let records = (50...53).reduce(into: [:]) { $0[address($1)] = Sun(random.amount(upTo: 300)) }
        return Case(claimants: claimants, seen: seen, records: records)
    }

    @Test func noStakeIsAttributedTwiceNorMoreThanItsOwnersRecord() async {
        await forEverySeed(2000) { seed, random in
            let made = randomCase(&random)
            let result = made.run()
            let owners = made.owners(result)
            #expect(Set(result.standing.keys) == Set(made.claimants.map(\.acquisition)), "seed \(seed)")
            for claimant in made.claimants {
                let own = made.seen.filter { $0.stake > .zero && owners[$0.txid] == claimant.acquisition }
                let sum = own.reduce(Sun.zero) { $0 + $1.stake }
                let standing = result.standing[claimant.acquisition] ?? .zero
                #expect(standing >= .zero && standing <= sum, "seed \(seed): \(claimant.acquisition)")
            }
            let all = result.standing.values.reduce(Sun.zero, +)
            let most = made.records.reduce(Sun.zero) { most, record in
                let brought = made.seen.filter {
                    $0.owner == record.key && $0.stake > .zero
                        && owners[$0.txid].map { result.standing[$0] != nil } ?? false
                }
                return most + min(record.value, brought.reduce(Sun.zero) { $0 + $1.stake })
            }
            #expect(all <= most, "seed \(seed): \(all) of \(most)")
        }
    }

    @Test func namesWinAndTheOldestThatWaitsTakesTheRest() async {
        await forEverySeed(2000) { seed, random in
            let made = randomCase(&random)
            let result = made.run()
            let owners = made.owners(result)
            func takes(_ claimant: RentalClaimant, _ delegation: SeenDelegation) -> Bool {
                claimant.isWaiting && claimant.delegations.isEmpty
                    && claimant.placedAt.map { $0 <= delegation.at } ?? false
            }
            func isFull(_ claimant: RentalClaimant) -> Bool {
                let own = made.seen.filter { owners[$0.txid] == claimant.acquisition }
                return own.reduce(Int64(0)) { $0 + $1.stake.rawValue } >= claimant.ordered.rawValue
            }
            for delegation in made.seen {
                let namers = made.claimants.filter { $0.delegations.contains(delegation.txid) }
                let holder = delegation.acquisition
                let mayChange =
                    holder.map { id in
                        made.claimants.contains {
                            $0.acquisition == id && $0.isWaiting && !$0.delegations.contains(delegation.txid)
                        }
                    } ?? true
                let owner = owners[delegation.txid]
                if !mayChange || (holder != nil && namers.isEmpty) {
                    #expect(owner == holder, "seed \(seed): \(delegation.txid) was somebody's")
                } else if !namers.isEmpty {
                    #expect(owner == namers[0].acquisition, "seed \(seed): \(delegation.txid) was named")
                } else if delegation.stake > .zero {
                    let eligible = made.claimants.filter { takes($0, delegation) }
                    let older = eligible.prefix { $0.acquisition != owner }
                    #expect(older.allSatisfy(isFull), "seed \(seed): an older one waits for \(delegation.txid)")
                    #expect(owner == nil || older.count < eligible.count, "seed \(seed): not for its owner")
                }
            }
        }
    }

    @Test func whatIsStoredIsFoundAgain() async {
        await forEverySeed(1000) { seed, random in
            var made = randomCase(&random)
            let result = made.run()
            let owners = made.owners(result)
            for index in made.seen.indices { made.seen[index].acquisition = owners[made.seen[index].txid] }
            let again = made.run()
            #expect(again.standing == result.standing, "seed \(seed)")
            #expect(again.found.isEmpty, "seed \(seed)")
        }
    }

    /// Rentals of one length, of one or two owners, one after another and side by side.
    @Test func eachStandsUntilItsOwnEnd() async {
        await forEverySeed(1000) { seed, random in
            let length = random.int(20...60)
            var at = Int64(0)
            var seen: [SeenDelegation] = []
            let claimants = (1...random.int(1...6)).map { number in
                at += random.int(1...30)
                let stake = random.int(1...100)
                seen.append(
                    SeenDelegation(
                        txid: transaction(number),
                        block: at,
                        at: moment(at),
                        owner: address(random.int(50...51)),
                        stake: Sun(stake),
                        acquisition: random.chance(50) ? allocation(number) : nil
                    )
                )
                return RentalClaimant(
                    acquisition: allocation(number),
                    delegations: [transaction(number)],
                    placedAt: moment(at - 1),
                    isWaiting: false,
                    ordered: Energy(stake)
                )
            }
            let now = random.int(0...(at + length + 10))
            let past = seen.filter { $0.at <= moment(now) }
            let live = past.filter { $0.at > moment(now - length) }
            let records = live.reduce(into: [:]) { $0[$1.owner] = ($0[$1.owner] ?? .zero) + $1.stake }
            let result = Case(claimants: claimants, seen: past, records: records).run()
            for (number, claimant) in zip(Int64(1)..., claimants) {
                let stands = live.first { $0.txid == transaction(number) }?.stake ?? .zero
                #expect(result.standing[claimant.acquisition] == stands, "seed \(seed): number \(number) at \(now)")
            }
        }
    }

    private func seen(_ number: Int64, _ stake: Int64 = 100, of owner: UUIDv7? = nil) -> SeenDelegation {
        SeenDelegation(
            txid: transaction(number),
            block: number,
            at: moment(number),
            owner: address(50),
            stake: Sun(stake),
            acquisition: owner
        )
    }

    private func claimant(
        _ number: Int64,
        names: [Int64] = [],
        placed: Int64? = 0,
        isWaiting: Bool = true
    ) -> RentalClaimant {
        RentalClaimant(
            acquisition: allocation(number),
            delegations: names.map { transaction($0) },
            placedAt: placed.map { moment($0) },
            isWaiting: isWaiting,
            ordered: Energy(100)
        )
    }

    @Test func aRentalThatHasEndedStandsAtZeroWhileANewerOneOfItsOwnerStands() {
        let made = Case(
            claimants: [claimant(1, names: [1], isWaiting: false), claimant(2, names: [2], isWaiting: false)],
            seen: [seen(1, of: allocation(1)), seen(2, 60)],
            records: [address(50): Sun(60)]
        )
        #expect(made.run().standing == [allocation(1): .zero, allocation(2): Sun(60)])
    }

    @Test func aGuessGivesWayToANameWhileItsPurchaseWaits() {
        let taken = [seen(1, of: allocation(1))]
        let records = [address(50): Sun(100)]
        let waiting = Case(claimants: [claimant(1), claimant(2, names: [1])], seen: taken, records: records).run()
        #expect(waiting.found == [transaction(1): allocation(2)])
        #expect(waiting.standing == [allocation(1): .zero, allocation(2): Sun(100)])
        let proven = Case(
            claimants: [claimant(1, isWaiting: false), claimant(2, names: [1])],
            seen: taken,
            records: records
        ).run()
        #expect(proven.found.isEmpty)
        #expect(proven.standing == [allocation(1): Sun(100), allocation(2): .zero])
    }

    @Test func whatCameBeforeTheOrderOrIsNotWaitedForIsNobodys() {
        let records = [address(50): Sun(100)]
        for late in [claimant(1, placed: 2), claimant(1, placed: nil), claimant(1, isWaiting: false)] {
            let result = Case(claimants: [late], seen: [seen(1)], records: records).run()
            #expect(result.found.isEmpty)
            #expect(result.standing == [allocation(1): .zero])
        }
        #expect(Case(claimants: [claimant(1, placed: 1)], seen: [seen(1)], records: records).run().found.count == 1)
    }
}
