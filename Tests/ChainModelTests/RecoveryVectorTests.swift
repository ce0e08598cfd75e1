import ChainModel
import Testing

/// A walk of uses and reclaims whose results were computed once by an independent program in exact integers, written
/// from the rules (increaseV2 and unDelegateIncreaseV2 of java-tron). Usage and window must agree to the unit.
@Suite struct RecoveryVectorTests {
    enum Step: Sendable {
        case receiver
        case owner
        case reclaim
    }

    /// What happened, at which slot, how many units; then usage and window (in thousandths) of the one it happened to,
    /// the owner for a reclaim.
    static let walk: [(step: Step, slot: Int64, units: Int64, used: Int64, window: Int64)] = [
        (.reclaim, 598_007_606, 0, 0, 28_800_000),
        (.reclaim, 598_016_179, 0, 0, 28_800_000),
        (.receiver, 598_020_371, 72595, 72595, 28_800_000),
        (.receiver, 598_023_538, 117_482, 182_094, 27_676_261),
        (.owner, 598_029_620, 21928, 21928, 28_800_000),
        (.reclaim, 598_038_205, 51355, 66746, 14_670_837),
        (.reclaim, 598_038_985, 25747, 88944, 13_409_854),
        (.receiver, 598_041_060, 132_238, 137_582, 28_075_757),
        (.reclaim, 598_046_770, 21920, 59224, 11_821_001),
        (.owner, 598_053_415, 28075, 54007, 17_456_702),
        (.owner, 598_055_415, 27734, 75553, 20_354_761),
        (.owner, 598_061_198, 25789, 79875, 19_165_590),
        (.reclaim, 598_064_512, 1812, 67875, 15_551_851),
        (.reclaim, 598_065_441, 1303, 65123, 14_404_199),
        (.receiver, 598_067_117, 88287, 94695, 26_987_717),
        (.owner, 598_070_136, 33041, 76937, 17_907_845),
        (.receiver, 598_076_566, 94793, 156_332, 24_367_075),
        (.reclaim, 598_082_323, 71637, 96212, 15_317_837),
        (.receiver, 598_085_995, 107_571, 145_906, 25_157_951),
        (.owner, 598_088_618, 36357, 93027, 16_752_188),
        (.owner, 598_095_908, 49032, 101_576, 18_796_791),
        (.reclaim, 598_100_005, 6465, 85900, 14_432_473),
        (.reclaim, 598_107_321, 13997, 56351, 6_300_633),
        (.owner, 598_109_908, 36057, 69268, 16_772_176),
    ]

    @Test func usageAndWindowAgreeToTheUnit() {
        var owner = ResourceUsage(slot: 598_000_000)
        var receiver = ResourceUsage(slot: 598_000_000)
        for (index, (step, slot, units, used, window)) in Self.walk.enumerated() {
            switch step {
            case .receiver: receiver.use(units, at: slot)
            case .owner: owner.use(units, at: slot)
            case .reclaim:
                receiver.use(0, at: slot)
                receiver.used -= units
                owner.takeOver(units, from: receiver, at: slot)
            }
            let changed = step == .receiver ? receiver : owner
            #expect(changed.used == used, "step \(index)")
            #expect(changed.storedWindow == window, "step \(index)")
        }
    }
}
