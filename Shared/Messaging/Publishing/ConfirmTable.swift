internal import DequeModule

/// The messages on the wire of one channel, by the broker's count: 1, 2, 3 … in the order of publishing.
///
/// Confirms come in any order, for one message or for all up to one; each message is settled once.
struct ConfirmTable<Entry> {
    private var entries: Deque<Entry?> = []
    /// The number of `entries.first`.
    private var base: UInt64 = 1
    /// Not settled yet.
    private(set) var outstanding = 0

    init() {}

    /// From the oldest unsettled message to the newest one: more than ``outstanding`` when confirms came out of order.
    var span: Int { entries.count }

    var isEmpty: Bool { outstanding == 0 }

    /// Takes the next number.
    @discardableResult
    mutating func append(_ entry: Entry) -> UInt64 {
        entries.append(entry)
        outstanding += 1
        return base + UInt64(entries.count) - 1
    }

    /// Settles one message, or all up to it, and hands each to `body` in order. Numbers that are settled or were never given
    /// are passed over.
    mutating func settle(_ number: UInt64, multiple: Bool, _ body: (Entry) -> Void) {
        // Number 0 with `multiple` means all.
        let last = multiple && number == 0 ? base + UInt64(entries.count) - 1 : number
        guard last >= base else { return }
        let end = Int(min(last - base, UInt64(entries.count)))
        if multiple {
            let count = min(end + 1, entries.count)
            for _ in 0..<count {
                base += 1
                if let entry = entries.removeFirst() {
                    outstanding -= 1
                    body(entry)
                }
            }
        } else if end < entries.count, let entry = entries[end] {
            entries[end] = nil
            outstanding -= 1
            body(entry)
        }
        while let first = entries.first, first == nil {
            entries.removeFirst()
            base += 1
        }
    }

    /// Changes the first unsettled message that `body` says yes to. For the few returned ones.
    @discardableResult
    mutating func updateFirst(where body: (inout Entry) -> Bool) -> Bool {
        for position in entries.indices {
            guard var entry = entries[position] else { continue }
            if body(&entry) {
                entries[position] = entry
                return true
            }
        }
        return false
    }

    /// How many unsettled messages `body` says yes to.
    func count(where body: (Entry) -> Bool) -> Int {
        entries.count { entry in entry.map(body) ?? false }
    }

    /// The channel is gone: gives all that is unsettled, in order, and begins at 1 again.
    mutating func reset() -> [Entry] {
        let rest = entries.compactMap { $0 }
        self = ConfirmTable()
        return rest
    }
}
