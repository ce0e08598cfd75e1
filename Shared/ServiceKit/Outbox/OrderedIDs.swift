internal import Models
internal import Synchronization

/// Ids that grow in the order they are made here, also within a millisecond: the outbox is published in their order.
final class OrderedIDs: Sendable {
    private let last = Mutex(UUIDv7(high: 0, low: 0))

    init() {}

    func next(at moment: Timestamp) -> UUIDv7 {
        last.withLock { last in
            var id = UUIDv7(at: moment)
            // The first 48 bits are the time: in the same millisecond, or after the clock was set back, count on.
            if id.high >> 16 <= last.high >> 16 {
                let (low, overflow) = last.low.addingReportingOverflow(UInt64.random(in: 1...0xffff_ffff))
                let counted = UUIDv7(high: last.high, low: low)
                let isValid = !overflow && low >> 62 == 2
                id = isValid ? counted : UUIDv7(high: last.high &+ 0x1_0000, low: id.low)
            }
            last = id
            return id
        }
    }
}
