internal import DequeModule

/// The unsettled deliveries of one channel, and how to settle some of them in the fewest frames.
///
/// A settlement with `multiple` covers all that is unsettled up to its tag. So it is right only for deliveries that begin
/// with the oldest unsettled one and leave none out; the rest is settled one by one.
struct SettlementLedger {
    /// What to tell the broker.
    struct Command: Hashable {
        let tag: UInt64
        let multiple: Bool
        let verdict: Verdict
    }

    /// Ascending. As long as `prefetch` at most.
    private var open: Deque<UInt64> = []

    init() {}

    var isEmpty: Bool { open.isEmpty }
    var count: Int { open.count }

    /// A delivery has come. Tags of a channel only grow.
    mutating func deliver(_ tag: UInt64) { open.append(tag) }

    /// Settles what of these is still unsettled.
    /// - Returns: the commands in the order to send them, and how many deliveries they settle.
    mutating func settle(_ tags: Settlement.Tags, _ verdict: Verdict) -> (commands: [Command], settled: Int) {
        switch tags {
        case .range(let range): return settle(verdict) { range.contains($0) }
        case .list(let list):
            if list.count == 1 { return settle(verdict) { $0 == list[0] } }
            let set = Set(list)
            return settle(verdict) { set.contains($0) }
        }
    }

    private mutating func settle(
        _ verdict: Verdict,
        _ isMeant: (UInt64) -> Bool
    ) -> (commands: [Command], settled: Int) {
        var commands: [Command] = []
        let prefix = open.prefix(while: isMeant).count
        var settled = prefix
        if prefix > 0 {
            commands.append(Command(tag: open[prefix - 1], multiple: prefix > 1, verdict: verdict))
            open.removeFirst(prefix)
        }
        open.removeAll { tag in
            guard isMeant(tag) else { return false }
            settled += 1
            commands.append(Command(tag: tag, multiple: false, verdict: verdict))
            return true
        }
        return (commands, settled)
    }
}
