import Models
import Planning
import Testing

struct TransferMatchingTests {
    private func seen(_ number: Int64, from: Int64 = 1, to: Int64 = 2, units: Int64 = 10) -> ObservedTransfer {
        ObservedTransfer(
            txid: transaction(number),
            block: 100,
            wallet: address(from),
            recipient: address(to),
            units: units,
            succeeded: true
        )
    }

    private func awaited(
        _ number: Int64,
        from: Int64 = 1,
        to: Int64 = 2,
        units: Int64 = 10,
        reported: Int64? = nil,
        at second: Int64? = nil
    ) -> ExpectedTransfer {
        ExpectedTransfer(
            key: key(number),
            wallet: address(from),
            recipient: address(to),
            units: units,
            reported: reported.map(transaction),
            order: moment(second ?? number)
        )
    }

    @Test func theReportedTransactionDecides() {
        let matches = matchTransfers([seen(1), seen(2)], to: [awaited(1, reported: 2), awaited(2)])
        #expect(matches == [transaction(2): key(1), transaction(1): key(2)])
    }

    @Test func amongAlikeOnesTheFirstToldToSendIsFirst() {
        let matches = matchTransfers([seen(1), seen(2)], to: [awaited(3), awaited(1), awaited(2)])
        #expect(matches == [transaction(1): key(1), transaction(2): key(2)])
    }

    @Test(arguments: [(9, 2, 10), (1, 9, 10), (1, 2, 11)] as [(Int64, Int64, Int64)])
    func anotherSenderRecipientOrAmountIsForeign(from: Int64, to: Int64, units: Int64) {
        let transfer = seen(1, from: from, to: to, units: units)
        #expect(matchTransfers([transfer], to: [awaited(1)]).isEmpty)
        #expect(matchTransfers([transfer], to: [awaited(1, reported: 1)]).isEmpty, "whatever was reported")
    }

    @Test func oneThatReportedAnotherTransactionIsTakenLast() {
        let first = matchTransfers([seen(1)], to: [awaited(1, reported: 77), awaited(2)])
        #expect(first == [transaction(1): key(2)])
        #expect(matchTransfers([seen(1)], to: [awaited(1, reported: 77)]) == [transaction(1): key(1)])
    }

    @Test func ofTwoThatReportTheSameTransactionOnlyOneGetsIt() {
        let matches = matchTransfers([seen(1), seen(2)], to: [awaited(1, reported: 1), awaited(2, reported: 1)])
        #expect(matches == [transaction(1): key(1), transaction(2): key(2)])
    }

    @Test func aTransferOrAWithdrawalNamedTwiceCountsOnce() {
        #expect(matchTransfers([seen(1), seen(1)], to: [awaited(1), awaited(2)]) == [transaction(1): key(1)])
        #expect(matchTransfers([seen(1), seen(2)], to: [awaited(1), awaited(1)]) == [transaction(1): key(1)])
        let both = [awaited(1, reported: 1), awaited(1, reported: 2)]
        #expect(matchTransfers([seen(1), seen(2)], to: both) == [transaction(1): key(1)])
    }

    @Test func everyMatchIsAlikeReportsComeFirstAndNothingThatFitsIsLeft() async {
        await forEverySeed { seed, random in
            let transfers = (1...random.int(1...12)).map { number in
                seen(number, from: random.int(1...2), to: random.int(1...2), units: random.int(1...2))
            }
            let expected = (1...random.int(1...12)).map { number in
                awaited(
                    number,
                    from: random.int(1...2),
                    to: random.int(1...2),
                    units: random.int(1...2),
                    reported: random.chance(40) ? random.int(1...15) : nil,
                    at: random.int(0...5)
                )
            }
            let matches = matchTransfers(transfers, to: expected)
            #expect(Set(matches.values).count == matches.count, "seed \(seed): a withdrawal was matched twice")
            for transfer in transfers {
                let alike = expected.filter {
                    $0.wallet == transfer.wallet && $0.recipient == transfer.recipient && $0.units == transfer.units
                }
                guard let match = matches[transfer.txid] else {
                    let idle = alike.filter { !matches.values.contains($0.key) }
                    #expect(idle.isEmpty, "seed \(seed): \(transfer.txid) was left though \(idle.map(\.key)) fit")
                    continue
                }
                #expect(alike.contains { $0.key == match }, "seed \(seed): not alike")
                let claimants = alike.filter { $0.reported == transfer.txid }
                #expect(claimants.isEmpty || claimants.contains { $0.key == match }, "seed \(seed): report ignored")
                expectFirstInFirstOut(match, claimants.isEmpty, alike, transfers, matches, seed)
            }
        }
    }

    /// Of the unreported ones alike, an older one is matched when a younger one is, and to an earlier transfer.
    private func expectFirstInFirstOut(
        _ match: WithdrawalKey,
        _ byOrder: Bool,
        _ alike: [ExpectedTransfer],
        _ transfers: [ObservedTransfer],
        _ matches: [TransactionID: WithdrawalKey],
        _ seed: UInt64
    ) {
        guard byOrder, let mine = alike.first(where: { $0.key == match }), mine.reported == nil else { return }
        func place(_ key: WithdrawalKey) -> Int? { transfers.firstIndex { matches[$0.txid] == key } }
        for other in alike where other.reported == nil && (other.order, other.key) < (mine.order, mine.key) {
            guard let before = place(other.key), let at = place(match) else {
                Issue.record("seed \(seed): \(match) passed \(other.key)")
                continue
            }
            #expect(before < at, "seed \(seed): \(match) passed \(other.key)")
        }
    }
}
