public import Models

/// A batch: the requests of one partner that carry the same `batch_id`.
public struct BatchKey: Hashable, Sendable, Comparable {
    /// Whose.
    public var partner: PartnerID
    /// `batch_id` of its requests.
    public var id: String

    /// Both parts are taken as they are.
    public init(partner: PartnerID, id: String) {
        self.partner = partner
        self.id = id
    }

    /// By partner, then id: the order in which rows are locked.
    public static func < (a: Self, b: Self) -> Bool { (a.partner, a.id) < (b.partner, b.id) }
}

extension Withdrawal {
    /// The batch it is a member of.
    public var batch: BatchKey? { batchID.map { BatchKey(partner: key.partner, id: $0) } }
}

/// What one transaction changes of a batch's counts.
public struct BatchChange: Sendable, Equatable {
    /// Requests that were stored.
    public private(set) var arrived = 0
    /// Members that have got their outcome.
    public private(set) var ended = 0
    /// Members without outcome that turned out wrong and are removed.
    public private(set) var rejected = 0
    /// The largest `batch_size` that was named.
    public private(set) var size: Int?

    /// Nothing.
    public init() {}

    /// A request was stored.
    public mutating func arrive(size: Int?) {
        arrived += 1
        if let size { self.size = max(size, self.size ?? size) }
    }

    /// A member has got its outcome.
    public mutating func end() { ended += 1 }

    /// A member without outcome was removed.
    public mutating func reject() { rejected += 1 }
}

/// How far a batch has come.
///
/// It is complete when every member has its outcome and no more are to be expected: as many have arrived as `batch_size`
/// says, or none has arrived for a while. A `batch_size` that is never reached holds nothing up: requests may be refused
/// at the door, where nobody counts them. Each state that is complete is told once; whatever changes afterwards makes it
/// untold.
public struct BatchProgress: Sendable, Equatable {
    /// The largest `batch_size` that was named.
    public private(set) var size: Int?
    /// Requests that became withdrawals and still are.
    public private(set) var members = 0
    /// Of them, those without outcome.
    public private(set) var open = 0
    /// Requests that were removed.
    public private(set) var rejected = 0
    /// When the newest request arrived.
    public private(set) var lastArrival: Timestamp?
    /// Of the newest summary; 0 before the first.
    public private(set) var sequence = 0
    /// Whether nothing has changed since the newest summary.
    public private(set) var isTold = false

    /// A batch without members.
    public init() {}

    /// Takes what a transaction has changed.
    public mutating func take(_ change: BatchChange, at now: Timestamp) {
        if let named = change.size { size = max(named, size ?? named) }
        members += change.arrived - change.rejected
        open += change.arrived - change.ended - change.rejected
        rejected += change.rejected
        if change.arrived > 0 { lastArrival = max(now, lastArrival ?? now) }
        isTold = false
    }

    /// Whether it is complete and that was not told.
    /// - Parameter quiet: how long no request must have arrived where the size does not say that all have.
    public func isDue(at now: Timestamp, quiet: Duration) -> Bool {
        guard open == 0, !isTold, let lastArrival else { return false }
        return size.map { members + rejected >= $0 } == true || lastArrival + quiet <= now
    }

    /// It is told.
    public mutating func tell() {
        sequence += 1
        isTold = true
    }
}
