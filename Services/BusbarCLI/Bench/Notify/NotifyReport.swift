/// What the benchmark of notifications measured, and what was asked of it.
struct NotifyReport: Codable, Sendable {
    /// What was run.
    struct Setting: Codable, Sendable {
        var deliveries: Int
        var endpoints: Int
        var perSecond: Int
        var replicas: Int
        var seed: UInt64
        /// Whether replicas were killed all the while.
        var isKilling: Bool

        enum CodingKeys: String, CodingKey {
            case deliveries, endpoints, replicas, seed
            case perSecond = "per_second"
            case isKilling = "killing"
        }
    }

    /// All receivers of one kind.
    struct Row: Codable, Sendable {
        var kind: Receiver.Kind
        var endpoints = 0
        /// Events published for them.
        var events = 0
        /// Requests that came to them.
        var requests = 0
        /// Events they took.
        var accepted = 0
        /// Events of which neither a request nor a row can be found.
        var lost = 0
        /// Deliveries of an event that has one already.
        var twice = 0
        var pending: Int64 = 0
        /// Of those, the ones that were tried.
        var tried: Int64 = 0
        var delivered: Int64 = 0
        var dead: Int64 = 0
        var cancelled: Int64 = 0
        var disabled = 0
        /// Attempts by how they ended: `delivered`, `timed_out`, `status 500`.
        var attempts: [String: Int64] = [:]
    }

    /// From an event's due moment to its acceptance, for healthy receivers, in milliseconds.
    struct Latency: Codable, Sendable {
        var count: Int
        var p50: Double?
        var p99: Double?
        var max: Double?
        /// Of the events that were due within each ten seconds, one after the other.
        var slices: [Slice]
        /// How much later than due an event was published, at most; a part of the above.
        var publishedLate: Double

        /// The highest p99 of ten seconds.
        var worstP99: Double? { slices.map(\.p99).max() }

        /// Ten seconds.
        struct Slice: Codable, Sendable {
            var p50: Double
            var p99: Double

            enum CodingKeys: String, CodingKey {
                case p50 = "p50_ms"
                case p99 = "p99_ms"
            }
        }

        enum CodingKeys: String, CodingKey {
            case count
            case p50 = "p50_ms"
            case p99 = "p99_ms"
            case max = "max_ms"
            case slices = "by_ten_seconds"
            case publishedLate = "published_late_max_ms"
        }
    }

    /// A run through a full queue.
    struct Throughput: Codable, Sendable {
        var deliveries: Int
        var perSecond: Double
        var cpuMicroseconds: Double

        enum CodingKeys: String, CodingKey {
            case deliveries
            case perSecond = "per_second"
            case cpuMicroseconds = "cpu_us_per_delivery"
        }
    }

    /// One of those that shared the machine at the offered rate.
    struct Share: Codable, Sendable {
        var name: String
        /// Of one processor, in percent.
        var percent: Double
    }

    var setting: Setting
    var latency: Latency
    /// Accepted events a second at the offered rate, from the first one due to the last one accepted.
    var perSecond: Double
    /// At the offered rate.
    var cpuMicroseconds: Double
    var shares: [Share]
    var findings: SinkBook.Findings
    /// Requests that came while a receiver had asked to be left alone.
    var early: Int
    /// Requests that came after a receiver had answered 410.
    var afterGone: Int
    /// Requests that were under way when a receiver answered 410.
    var withGone: Int
    var kills: Int
    var restarts: Int
    /// Most resident memory of a replica.
    var residentBytes: Int
    /// Resident memory of the benchmark itself at the end.
    var ownResidentBytes: Int
    var rows: [Row]
    /// A full queue to healthy receivers, and the same by bare calls; not with killing.
    var full: Throughput?
    var limit: Throughput?
    /// The machine's load average of one minute before and after.
    var loadBefore: String
    var loadAfter: String
    var processors: Int

    enum CodingKeys: String, CodingKey {
        case setting, latency, shares, findings, early, kills, restarts, rows, full, limit, processors
        case perSecond = "per_second"
        case cpuMicroseconds = "cpu_us_per_delivery"
        case afterGone = "requests_after_410"
        case withGone = "requests_under_way_at_410"
        case residentBytes = "resident_bytes"
        case ownResidentBytes = "own_resident_bytes"
        case loadBefore = "load_before"
        case loadAfter = "load_after"
    }

    /// Part of the limit that the notifier reaches with a full queue.
    var ratio: Double? {
        guard let full, let limit, limit.perSecond > 0 else { return nil }
        return full.perSecond / limit.perSecond
    }

    func row(_ kind: Receiver.Kind) -> Row { rows.first { $0.kind == kind } ?? Row(kind: kind) }

    /// Whether all targets are met.
    var isGood: Bool { targets.allSatisfy(\.isMet) }
}
