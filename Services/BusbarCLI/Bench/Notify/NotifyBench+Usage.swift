internal import Glibc

extension NotifyBench {
    /// CPU seconds of all that shares the machine, and when they were read.
    struct Usage: Sendable {
        var moment: Double
        var notifier: Double
        var broker: Double
        var database: Double
        /// The publisher and the receivers.
        var own: Double

        static func read(_ meter: ReplicaMeter, _ books: StackBooks) async -> Usage {
            let parts = await books.state.parts
            func tree(_ name: String) -> Double {
                parts.first { $0.name == name }?.process.map { ProcessUsage.treeCPUSeconds(of: $0.pid) } ?? 0
            }
            return Usage(
                moment: BareClock.now(),
                notifier: await meter.read().cpuSeconds,
                broker: tree("rabbitmq"),
                database: tree("postgresql"),
                own: ProcessUsage.cpuSeconds(of: getpid())
            )
        }

        static func - (a: Usage, b: Usage) -> Usage {
            Usage(
                moment: a.moment - b.moment,
                notifier: a.notifier - b.notifier,
                broker: a.broker - b.broker,
                database: a.database - b.database,
                own: a.own - b.own
            )
        }

        /// Of a difference: what each took of one processor.
        var shares: [NotifyReport.Share] {
            let named = [
                ("notifier", notifier), ("broker", broker), ("database", database), ("publisher and receivers", own),
            ]
            return named.map { NotifyReport.Share(name: $0.0, percent: moment > 0 ? $0.1 * 100 / moment : 0) }
        }
    }
}
