internal import Glibc
internal import LocalStack

/// The allocator as the system and its own metrics show it.
struct AllocatorProcess: Sendable {
    let pid: Int32
    let port: Int

    /// Figures that only grow.
    struct Reading: Sendable {
        var cpuSeconds: Double
        var messages: Double
        var commits: Double

        static func - (a: Reading, b: Reading) -> Reading {
            Reading(
                cpuSeconds: a.cpuSeconds - b.cpuSeconds,
                messages: a.messages - b.messages,
                commits: a.commits - b.commits
            )
        }

        /// Nil before anything was handled.
        var messagesPerCommit: Double? { commits > 0 ? messages / commits : nil }
    }

    func read() async -> Reading {
        let metrics = await LoopbackHTTP.get(port: port, path: "/metrics")?.body ?? ""
        func value(_ name: String) -> Double {
            let label = "queue=\"allocator.withdrawal.request\""
            let line = metrics.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name) && $0.contains(label) }
            return line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
        }
        return Reading(
            cpuSeconds: ProcessUsage.cpuSeconds(of: pid),
            messages: value("busbar_batch_size_sum"),
            commits: value("busbar_batch_size_count")
        )
    }

    /// Resident memory in bytes.
    var residentBytes: Int { ProcessUsage.residentBytes(of: pid) }

    /// Holds it still while `body` runs.
    func frozen<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        kill(pid, SIGSTOP)
        defer { kill(pid, SIGCONT) }
        return try await body()
    }
}
