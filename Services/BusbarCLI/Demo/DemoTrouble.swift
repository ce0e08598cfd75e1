internal import Glibc
internal import Models
internal import Storage
internal import Synchronization

/// Makes suppliers fail in every way they can, and kills the allocator, while a demo runs; then says what became of the
/// purchases.
struct DemoTrouble: Sendable {
    /// What a run with faults came to.
    struct Figures: Codable, Sendable {
        /// One supplier's purchases.
        struct Row: Codable, Sendable {
            var supplier: String
            var purchases: Int64
            var delivered: Int64
            var failed: Int64
            var refunded: Int64
            var disputed: Int64
            /// Orders that the supplier has twice under one name.
            var doubled: Int64
        }

        var seed: UInt64
        var kills = 0
        var rows: [Row] = []
        /// From a purchase's failure to the next order for its wallet, in milliseconds, where somebody waited.
        var failOverMedian: Int64?
        var failOverSlow: Int64?
        /// The longest that a purchase begun before was still undecided after the last fault, in milliseconds.
        var longestAfter: Int64?
        /// Purchases that are undecided at the end.
        var undecided: Int64 = 0
        /// How long it took after the last withdrawal until the last refund had come.
        var settledAfter: Int64 = 0

        enum CodingKeys: String, CodingKey {
            case seed, kills, rows, undecided
            case failOverMedian = "fail_over_p50_ms"
            case failOverSlow = "fail_over_p95_ms"
            case longestAfter = "undecided_after_faults_ms"
            case settledAfter = "settled_after_ms"
        }

        /// No purchase was made twice, and none hangs.
        var isClean: Bool {
            // A supplier that took back what it had delivered in part keeps the money, and is left to people.
            undecided == 0 && rows.allSatisfy { $0.doubled == 0 } && (longestAfter ?? 0) <= 180_000
        }

        var table: Table {
            var table = Table("supplier", "purchases", "delivered", "failed", "refunded", "disputed", "twice")
            func cell(_ number: Int64) -> String { "\(number)" }
            for row in rows {
                table.add(
                    row.supplier,
                    cell(row.purchases),
                    cell(row.delivered),
                    cell(row.failed),
                    cell(row.refunded),
                    cell(row.disputed),
                    cell(row.doubled)
                )
            }
            return table
        }

        /// Label and value, for the summary.
        var lines: [(String, String)] {
            func milliseconds(_ value: Int64?) -> String { value.map { "\($0) ms" } ?? "-" }
            return [
                ("faults", "seed \(seed), the allocator killed \(kills) times"),
                ("failing over", "p50 \(milliseconds(failOverMedian))   p95 \(milliseconds(failOverSlow))"),
                (
                    "undecided purchases",
                    "\(undecided) at the end; the longest \(milliseconds(longestAfter)) after the last fault"
                ),
            ]
        }
    }

    private final class Course: Sendable {
        let state = Mutex<(kills: Int, endedAt: Timestamp?)>((0, nil))
    }

    private let stack: RunningStack
    private let devnet: DevnetControl
    private let seed: UInt64
    private let course = Course()

    private static let played = ["tronzap", "tronnrg", "catfee"]

    /// - Returns: `nil` without a seed.
    init?(_ stack: RunningStack, seed: UInt64?) async throws {
        guard let seed, let url = stack.devnet else { return nil }
        self.stack = stack
        self.seed = seed
        devnet = DevnetControl(url: url)
    }

    /// Every fault the sandboxes know, each now and then.
    private static let faults = [
        #""latency_ms":3000,"probability":0.05"#,
        #""status":429,"retry_after":2,"probability":0.02"#,
        #""status":500,"call":"place","probability":0.04"#,
        #""status":503,"call":"find","probability":0.05"#,
        #""drop_answer":true,"call":"place","probability":0.08"#,
        #""drop_answer":true,"call":"find","probability":0.03"#,
        #""never_delivers":true,"refund_after_ms":20000,"probability":0.04"#,
        #""partial_percent":50,"probability":0.04"#,
        #""early_success_ms":6000,"probability":0.05"#,
        #""early_reclaim_ms":30000,"probability":0.02"#,
        #""price_change_percent":5,"call":"place","probability":0.03"#,
        #""empty_balance":true,"probability":0.03"#,
        #""unavailable":true,"probability":0.04"#,
        #""maintenance":true,"probability":0.02"#,
    ]

    /// Sets the faults.
    func begin() async throws {
        for (number, supplier) in Self.played.enumerated() {
            // Seeds are Int64 there.
            let own = (seed &+ UInt64(number)) % UInt64(Int64.max)
            try await devnet.setSupplier(supplier, #"{"clear":true,"seed":\#(own)}"#)
            for fault in Self.faults { try await devnet.setSupplier(supplier, "{\(fault)}") }
        }
        try await devnet.setFault(#"{"path":"/wallet/broadcasthex","drop_answer":true,"probability":0.03}"#)
    }

    /// Kills the allocator again and again, and ends all faults after a time.
    func make(for time: Duration) async throws {
        var random = SplitMix(seed: seed)
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            let pause = Duration.milliseconds(Int64.random(in: 8_000...20_000, using: &random))
            try await Task.sleep(for: min(pause, end - .now))
            guard ContinuousClock.now < end else { break }
            let allocators = StackState.running(stack.layout)?.parts.filter { $0.name.hasPrefix("allocator") } ?? []
            if let process = allocators.randomElement(using: &random)?.process, process.isRunning {
                kill(process.pid, SIGKILL)
                course.state.withLock { $0.kills += 1 }
            }
        }
        for supplier in Self.played { try await devnet.setSupplier(supplier, #"{"clear":true}"#) }
        try await devnet.setFault(#"{"clear":true}"#)
        let now = try await devnet.now()
        course.state.withLock { $0.endedAt = now }
    }

    /// Waits until it is decided what became of every purchase, and what is owed is back.
    /// - Returns: how long that took.
    func awaitPurchases(_ console: Console) async throws -> Duration {
        let start = ContinuousClock.now
        let variables = stack.environment.variables
        return try await console.step("purchases are decided") {
            try await Operations.withPostgres(variables) { postgres in
                while true {
                    let open = try await DemoFigures.openPurchases(in: postgres)
                    let time = ContinuousClock.now - start
                    if open == 0 || time > .seconds(120) {
                        return (time, open == 0 ? "and nobody owes anything" : "\(open) are not")
                    }
                    try await Task.sleep(for: .milliseconds(500))
                }
            }
        }
    }

    /// What became of all.
    func figures(settledAfter: Duration) async throws -> Figures {
        let (kills, endedAt) = course.state.withLock { $0 }
        var figures = Figures(seed: seed)
        figures.kills = kills
        figures.settledAfter = settledAfter.wholeMilliseconds
        let read = try await Operations.withPostgres(stack.environment.variables) { postgres in
            try await DemoFigures.purchases(faultsEndedAt: endedAt, in: postgres)
        }
        figures.failOverMedian = read.failOverMedian
        figures.failOverSlow = read.failOverSlow
        figures.longestAfter = read.longestAfter
        for row in read.rows {
            var row = row
            if Self.played.contains(row.supplier) {
                let orders = try await devnet.supplier(row.supplier).orders.filter { $0.charged > 0 }
                let keys = orders.compactMap(\.key)
                row.doubled = Int64(keys.count - Set(keys).count)
            }
            figures.undecided += row.purchases - row.delivered - row.failed - row.refunded - row.disputed
            figures.rows.append(row)
        }
        return figures
    }
}
