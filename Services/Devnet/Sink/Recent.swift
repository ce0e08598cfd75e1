/// The newest of many things in their order, numbered from 1 through all there ever were.
struct Recent<Element: Sendable>: Sendable {
    let limit: Int
    private var slots: [Element?] = []
    private var head = 0
    /// The number of the newest.
    private(set) var last = 0

    init(limit: Int) { self.limit = limit }

    var count: Int { slots.count - head }

    /// Adds one, which pushes out the oldest when there is no room.
    /// - Returns: what was pushed out.
    mutating func append(_ element: Element) -> Element? {
        slots.append(element)
        last += 1
        return count > limit ? removeFirst() : nil
    }

    /// Removes the oldest.
    mutating func removeFirst() -> Element? {
        guard head < slots.count else { return nil }
        let element = slots[head]
        slots[head] = nil
        head += 1
        // Moved together now and then, so that each costs little on average.
        if head > max(64, slots.count / 2) {
            slots.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Those with a number greater than this, with their numbers.
    func after(_ number: Int) -> [(number: Int, element: Element)] {
        let first = last - count + 1
        return slots[(head + min(count, max(0, number + 1 - first)))...].enumerated().compactMap { index, element in
            element.map { (max(first, number + 1) + index, $0) }
        }
    }
}
