/// What a benchmark measured, and what was asked of it.
struct BenchReport: Codable, Sendable {
    /// Milliseconds at one offered rate.
    struct Latency: Codable, Sendable {
        var perSecond: Int
        var sent: Int
        var p50: Double
        var p99: Double
        var max: Double
        var messagesPerCommit: Double?
        var cpuMicroseconds: Double

        enum CodingKeys: String, CodingKey {
            case sent
            case perSecond = "per_second"
            case p50 = "p50_ms"
            case p99 = "p99_ms"
            case max = "max_ms"
            case messagesPerCommit = "messages_per_commit"
            case cpuMicroseconds = "cpu_us_per_allocation"
        }
    }

    /// A run through a full queue.
    struct Throughput: Codable, Sendable {
        var messages: Int
        var perSecond: Double
        var messagesPerCommit: Double?
        var cpuMicroseconds: Double

        enum CodingKeys: String, CodingKey {
            case messages
            case perSecond = "per_second"
            case messagesPerCommit = "messages_per_commit"
            case cpuMicroseconds = "cpu_us_per_allocation"
        }
    }

    /// One thing that was asked for.
    struct Target: Codable, Sendable {
        var name: String
        var measured: String
        var target: String
        var isMet: Bool

        enum CodingKeys: String, CodingKey {
            case name, measured, target
            case isMet = "met"
        }
    }

    var allocator: Throughput
    var limit: Throughput
    var latencies: [Latency]
    /// Milliseconds of requests with nothing else going on.
    var lone: Latency
    var residentBytes: Int
    /// The machine's load average of one minute before and after.
    var loadBefore: String
    var loadAfter: String
    var processors: Int

    enum CodingKeys: String, CodingKey {
        case allocator, limit, latencies, lone, processors
        case residentBytes = "resident_bytes"
        case loadBefore = "load_before"
        case loadAfter = "load_after"
    }

    /// Part of the limit that the allocator reaches.
    var ratio: Double { limit.perSecond > 0 ? allocator.perSecond / limit.perSecond : 0 }

    /// What the house asks of two cores with broker and database beside the allocator.
    var targets: [Target] {
        var all = [
            Target(
                name: "priced allocations per second",
                measured: Self.text(allocator.perSecond, 0),
                target: "at least 2500",
                isMet: allocator.perSecond >= 2500
            ),
            Target(
                name: "part of the limit",
                measured: Self.text(ratio * 100, 1) + " %",
                target: "at least 40 %",
                isMet: ratio >= 0.4
            ),
            Target(
                name: "client CPU per allocation",
                measured: Self.text(allocator.cpuMicroseconds, 1) + " µs",
                target: "at most 80 µs",
                isMet: allocator.cpuMicroseconds <= 80
            ),
            Target(
                name: "a lone request, p50",
                measured: Self.text(lone.p50, 1) + " ms",
                target: "at most 15 ms",
                isMet: lone.p50 <= 15
            ),
        ]
        for latency in latencies where latency.perSecond == 1000 {
            all.append(
                Target(
                    name: "p50/p99 at 1000/s",
                    measured: "\(Self.text(latency.p50, 1))/\(Self.text(latency.p99, 1)) ms",
                    target: "at most 20/80 ms",
                    isMet: latency.p50 <= 20 && latency.p99 <= 80
                )
            )
        }
        return all
    }

    /// Whether all targets are met.
    var isGood: Bool { targets.allSatisfy(\.isMet) }

    /// A number with so many places; a dash for none.
    static func text(_ number: Double, _ places: Int) -> String {
        guard number.isFinite else { return "-" }
        let scale = (0..<places).reduce(1) { value, _ in value * 10 }
        let scaled = Int((number * Double(scale)).rounded())
        guard places > 0 else { return String(scaled) }
        let fraction = String(abs(scaled) % scale)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(scaled < 0 ? "-" : "")\(abs(scaled) / scale).\(zeros)\(fraction)"
    }
}

/// Percentiles of what was measured, in milliseconds.
struct Percentiles {
    let p50: Double
    let p99: Double
    let max: Double

    init(seconds: [Double]) {
        let sorted = seconds.sorted()
        func at(_ part: Double) -> Double {
            guard let last = sorted.last else { return .infinity }
            let index = Int((Double(sorted.count) * part).rounded(.up)) - 1
            return (sorted.indices.contains(index) ? sorted[index] : last) * 1000
        }
        p50 = at(0.5)
        p99 = at(0.99)
        max = at(1)
    }
}
