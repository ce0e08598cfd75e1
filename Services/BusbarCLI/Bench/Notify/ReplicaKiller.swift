internal import Glibc
internal import Synchronization

/// Ends replicas of a service with SIGKILL, one every few seconds; the stack starts them again.
final class ReplicaKiller: Sendable {
    /// Milliseconds between two.
    private static let pauses: ClosedRange<Int64> = 3_000...7_000

    private let meter: ReplicaMeter
    private let random: Mutex<SplitMix>
    private let killed = Mutex(0)

    init(_ meter: ReplicaMeter, seed: UInt64) {
        self.meter = meter
        random = Mutex(SplitMix(seed: seed))
    }

    /// How many it has killed.
    var kills: Int { killed.withLock { $0 } }

    /// Goes on until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            let pause = random.withLock { Int64.random(in: Self.pauses, using: &$0) }
            try? await Task.sleep(for: .milliseconds(pause))  // Ends early only when cancelled.
            let running = await meter.processes()
            let chosen = random.withLock { running.randomElement(using: &$0) }
            guard !Task.isCancelled, let chosen, chosen.isRunning else { continue }
            kill(chosen.pid, SIGKILL)
            killed.withLock { $0 += 1 }
        }
    }
}
