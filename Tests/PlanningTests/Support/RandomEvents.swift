import Models
import Planning

/// Any event a withdrawal may meet, in any order: late, repeated, contradictory.
func randomEvent(for number: Int64, _ random: inout Generator) -> Withdrawal.Event {
    switch random.int(0...13) {
    case 0: .needed(Need(energy: Energy(random.int(1...130_000)), bandwidth: Bandwidth(345)))
    case 1: .awaitsEnergy
    case 2, 3: .promised(terms(number, notAfter: moment(random.int(0...200))))
    case 4:
        .shortOf(
            Energy(random.int(1...1000)),
            reason: random.pick(ShortageReason.allCases),
            until: moment(random.int(0...200))
        )
    case 5: .promiseBroke(allocation: allocation(number), reason: random.pick(WithdrawalRevoked.Reason.allCases))
    case 6: .reported(transaction(random.int(1...3)))
    case 7: random.chance(30) ? .givenUp : .awaitsEnergy
    case 8: random.chance(30) ? .cancelled : .awaitsEnergy
    case 9, 10: .transferSeen(transaction(random.int(1...3)), block: random.int(1...50))
    case 11: .transferLost
    case 12:
        .transferFinal(
            TransferReceipt(
                energyUsed: Energy(random.int(0...130_000)),
                energyFee: .zero,
                bandwidthUsed: Bandwidth(345),
                bandwidthFee: .zero
            ),
            succeeded: random.chance(70)
        )
    default: random.chance(30) ? .sendTimePassed : .clock(cleared: moment(random.int(0...250)))
    }
}
