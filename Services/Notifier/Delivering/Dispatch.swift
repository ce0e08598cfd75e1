internal import DequeModule
internal import HeapModule
internal import Models
internal import Planning

/// Which attempt is next: the lanes of the endpoints that this replica sends to, without any I/O.
///
/// Each endpoint has a lane of its own, with a gate that knows its limits and failures. Lanes that may send take turns, so that
/// none waits for another; a lane that hangs holds no more than its own requests in flight.
struct Dispatch {
    /// Requests in flight at most, and deliveries held in memory at most.
    struct Limits: Sendable {
        var inFlight = 512
        var inHand = 20_000
    }

    /// Deliveries of one endpoint to attempt now. People's channels take what waits together.
    struct Launch: Sendable {
        let endpoint: Endpoint
        let deliveries: [PendingDelivery]
        /// Of which making of the endpoint's lane: one that was closed and made anew knows nothing of it.
        fileprivate let making: Int
    }

    private struct Lane {
        let making: Int
        var endpoint: Endpoint
        var gate: EndpointGate
        var queue: Deque<PendingDelivery> = []
        var launched = 0
        /// Deliveries held, those with an unwritten result included.
        var held: Set<UUIDv7> = []
        var isInRotation = false
        /// When it may send again, while that is to come.
        var blockedUntil: ContinuousClock.Instant?
        /// There is more in the database than was taken.
        var hasMore = true

        init(_ endpoint: Endpoint, making: Int) {
            self.endpoint = endpoint
            self.making = making
            gate = EndpointGate(
                channel: endpoint.channel,
                limits: Self.limits(of: endpoint),
                failures: endpoint.failures
            )
        }

        /// What is held of one endpoint at most: a webhook's turns are single, people's are of many.
        var capacity: Int { endpoint.channel.isForPeople ? 100 : 32 }

        static func limits(of endpoint: Endpoint) -> EndpointGate.Limits {
            EndpointGate.Limits(inFlight: endpoint.inFlight, ratePerMinute: endpoint.ratePerMinute)
        }
    }

    private struct Wake: Comparable {
        let at: ContinuousClock.Instant
        let lane: UUIDv7

        static func < (left: Wake, right: Wake) -> Bool { (left.at, left.lane) < (right.at, right.lane) }
    }

    private let limits: Limits
    private var lanes: [UUIDv7: Lane] = [:]
    private var makings = 0
    private var owned: Set<Int> = []
    private var rotation: Deque<UUIDv7> = []
    private var wakes: Heap<Wake> = []
    private var awaited: ContinuousClock.Instant?
    /// By shard, deliveries held whose lane is gone already.
    private var leaving: [UUIDv7: Int] = [:]
    /// While the database is asked, what ended meanwhile: its answer may show it as it was before.
    private var endedSinceAsked: Set<UUIDv7>?
    /// Endpoints that want no more, and from which revision on the endpoints say so; `nil` until that is stored.
    private var gone: [UUIDv7: Int64?] = [:]
    private var revision: Int64 = 0
    private(set) var launched = 0
    private(set) var held = 0
    private var isStopping = false

    init(limits: Limits = Limits()) { self.limits = limits }

    // MARK: What there is

    /// Takes over the endpoints as of a revision; lanes of those that are not there any more are closed.
    mutating func update(_ endpoints: [UUIDv7: Endpoint], revision: Int64) {
        guard revision >= self.revision else { return }
        self.revision = revision
        gone = gone.filter { $0.value.map { $0 > revision } ?? true }
        for (id, lane) in lanes where endpoints[id].map({ owned.contains($0.shard) }) != true { close(id, lane) }
        for (id, endpoint) in endpoints where owned.contains(endpoint.shard) && gone[id] == nil {
            if var lane = lanes[id] {
                lane.gate.limits = Lane.limits(of: endpoint)
                lane.endpoint = endpoint
                lanes[id] = lane
            } else {
                makings += 1
                lanes[id] = Lane(endpoint, making: makings)
            }
        }
    }

    /// Whether the endpoints have changed since they were taken over.
    func isOlder(than revision: Int64) -> Bool { self.revision < revision }

    /// These shards are ours too; ``update(_:)`` makes their lanes.
    mutating func own(_ shards: Set<Int>) { owned.formUnion(shards) }

    /// These are not any more: nothing new begins; what is under way goes on.
    mutating func disown(_ shards: Set<Int>) {
        owned.subtract(shards)
        for (id, lane) in lanes where shards.contains(lane.endpoint.shard) { close(id, lane) }
    }

    mutating func disownAll() { disown(owned) }

    /// Nothing new begins any more.
    mutating func stop() { isStopping = true }

    /// Whether nothing of these shards is under way.
    func isDrained(_ shards: Set<Int>) -> Bool { leaving.values.allSatisfy { !shards.contains($0) } }

    private mutating func close(_ id: UUIDv7, _ lane: Lane) {
        held -= lane.queue.count
        for delivery in lane.held.subtracting(lane.queue.map(\.id)) { leaving[delivery] = lane.endpoint.shard }
        lanes[id] = nil
    }

    /// The endpoint wants no more: nothing is sent to it unless somebody enables it again.
    mutating func close(_ endpoint: UUIDv7) {
        gone.updateValue(nil, forKey: endpoint)
        guard let lane = lanes[endpoint] else { return }
        close(endpoint, lane)
    }

    /// That these want no more is stored: endpoints of this revision and later ones say so.
    mutating func closed(_ endpoints: some Sequence<UUIDv7>, revision: Int64) {
        for endpoint in endpoints { gone.updateValue(revision, forKey: endpoint) }
    }

    // MARK: What is to be sent

    /// Takes deliveries that are due. What there is no room for stays in the database, and is asked for again.
    mutating func offer(_ deliveries: some Sequence<PendingDelivery>) {
        for delivery in deliveries {
            guard var lane = lanes[delivery.endpoint], !lane.held.contains(delivery.id), leaving[delivery.id] == nil
            else { continue }
            if lane.queue.count < lane.capacity, held < limits.inHand, !isStopping {
                lane.queue.append(delivery)
                lane.held.insert(delivery.id)
                held += 1
                enter(&lane)
            } else {
                lane.hasMore = true
            }
            lanes[delivery.endpoint] = lane
        }
    }

    /// What may be asked for: lanes with room that may send soon.
    /// - Parameter all: also of lanes of which no more is known to be there.
    /// - Returns: what to ask for, and what is under way already. One answer at a time is waited for.
    mutating func wants(all: Bool, at now: ContinuousClock.Instant) -> (wants: [PendingStore.Want], inHand: [UUIDv7]) {
        endedSinceAsked = nil
        guard !isStopping, held < limits.inHand else { return ([], []) }
        var wants: [PendingStore.Want] = []
        var inHand: [UUIDv7] = []
        for (id, lane) in lanes where all || lane.hasMore {
            if let blocked = lane.blockedUntil, blocked > now + .seconds(1) { continue }
            let room = lane.capacity - lane.queue.count
            guard room > lane.capacity / 2 else { continue }
            wants.append(PendingStore.Want(endpoint: id, room: room))
            inHand += lane.held
        }
        if !wants.isEmpty { endedSinceAsked = [] }
        return (wants, inHand)
    }

    /// Takes what was asked for: a lane that got less than it asked for has no more.
    mutating func take(_ deliveries: [PendingDelivery], asked wants: [PendingStore.Want]) {
        var counts: [UUIDv7: Int] = [:]
        for delivery in deliveries { counts[delivery.endpoint, default: 0] += 1 }
        for want in wants { lanes[want.endpoint]?.hasMore = counts[want.endpoint, default: 0] >= want.room }
        let ended = endedSinceAsked ?? []
        endedSinceAsked = nil
        offer(deliveries.filter { !ended.contains($0.id) })
    }

    private mutating func enter(_ lane: inout Lane) {
        guard !lane.isInRotation, lane.blockedUntil == nil, !lane.queue.isEmpty else { return }
        lane.isInRotation = true
        rotation.append(lane.endpoint.id)
    }

    // MARK: Turns

    /// When a lane that waits may go on. Somebody wakes up then: until it is asked again, ``hasEarlierWake`` compares with it.
    mutating func nextWake() -> ContinuousClock.Instant? {
        awaited = wakes.min?.at
        return awaited
    }

    /// Whether a lane may go on before the moment that is waited for.
    var hasEarlierWake: Bool {
        guard let next = wakes.min?.at else { return false }
        return awaited.map { next < $0 } ?? true
    }

    /// What is to be attempted now.
    mutating func next(at now: ContinuousClock.Instant) -> [Launch] {
        while let wake = wakes.min, wake.at <= now {
            wakes.removeMin()
            guard var lane = lanes[wake.lane], lane.blockedUntil == wake.at else { continue }
            lane.blockedUntil = nil
            enter(&lane)
            lanes[wake.lane] = lane
        }
        var launches: [Launch] = []
        while !isStopping, launched < limits.inFlight, let id = rotation.popFirst() {
            guard var lane = lanes[id], lane.isInRotation else { continue }
            lane.isInRotation = false
            if let launch = turn(of: &lane, at: now) { launches.append(launch) }
            lanes[id] = lane
        }
        return launches
    }

    private mutating func turn(of lane: inout Lane, at now: ContinuousClock.Instant) -> Launch? {
        guard !lane.queue.isEmpty else { return nil }
        switch lane.gate.admit(at: now) {
        case .full:
            // Entered again when one of its requests ends.
            return nil
        case .wait(let until):
            lane.blockedUntil = until
            wakes.insert(Wake(at: until, lane: lane.endpoint.id))
            return nil
        case .go:
            let count = lane.endpoint.channel.isForPeople ? lane.queue.count : 1
            let deliveries = Array(lane.queue.prefix(count))
            lane.queue.removeFirst(count)
            lane.launched += 1
            launched += 1
            enter(&lane)
            return Launch(endpoint: lane.endpoint, deliveries: deliveries, making: lane.making)
        }
    }

    /// An attempt has ended.
    /// - Parameters:
    ///   - outcome: what it says of the endpoint; `nil`: nothing.
    ///   - returned: deliveries that it did not get to; they are the first of the next.
    mutating func ended(
        _ launch: Launch,
        _ outcome: AttemptOutcome?,
        returned: [PendingDelivery],
        at now: ContinuousClock.Instant
    ) {
        launched -= 1
        guard var lane = lanes[launch.endpoint.id], lane.making == launch.making else {
            for delivery in returned where leaving.removeValue(forKey: delivery.id) != nil { held -= 1 }
            return
        }
        lane.launched -= 1
        if let outcome { lane.gate.ended(outcome, at: now) } else { lane.gate.released() }
        lane.queue.prepend(contentsOf: returned)
        enter(&lane)
        lanes[launch.endpoint.id] = lane
    }

    /// The results of these are stored: they are not held any more.
    mutating func written(_ deliveries: some Sequence<PendingDelivery>) {
        for delivery in deliveries {
            endedSinceAsked?.insert(delivery.id)
            if leaving.removeValue(forKey: delivery.id) != nil {
                held -= 1
            } else if lanes[delivery.endpoint]?.held.remove(delivery.id) != nil {
                held -= 1
            }
        }
    }

    /// Whether a lane is known to have more in the database.
    func hasMore(at now: ContinuousClock.Instant) -> Bool {
        lanes.values.contains { lane in
            lane.hasMore && lane.queue.count < lane.capacity / 2 && (lane.blockedUntil.map { $0 <= now } ?? true)
        }
    }

    // MARK: For people

    /// Lanes, and those that are held back by failures or a receiver's wish.
    var figures: (lanes: Int, blocked: Int) {
        (lanes.count, lanes.values.count { $0.blockedUntil != nil })
    }
}
