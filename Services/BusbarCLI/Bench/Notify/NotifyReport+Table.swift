extension NotifyReport {
    /// Shows the report to a person.
    func show(_ console: Console) {
        var kinds = Table(
            "endpoints",
            "",
            "events",
            "requests",
            "accepted",
            "delivered",
            "pending",
            "tried",
            "dead",
            "cancelled",
            "lost"
        )
        for row in rows {
            kinds.add(
                row.kind.rawValue,
                "\(row.endpoints)",
                "\(row.events)",
                "\(row.requests)",
                "\(row.accepted)",
                "\(row.delivered)",
                "\(row.pending)",
                "\(row.tried)",
                "\(row.dead)",
                "\(row.cancelled)",
                "\(row.lost)"
            )
        }
        for line in kinds.lines() { console.line("  " + line) }
        for row in rows where !row.attempts.isEmpty {
            let attempts = row.attempts.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
            console.line("  attempts at \(row.kind.rawValue) endpoints: \(attempts.joined(separator: ", "))")
        }
        console.line()
        for (name, text) in lines { console.line("  \(name): \(text)") }
        showThroughput(console)
        console.line(
            "  \(processors) processors, broker, database and receivers beside; load average \(loadBefore) before, \(loadAfter) after"
        )
        for target in targets {
            let text = "\(target.name): \(target.measured) (\(target.target))"
            if target.isMet { console.good(text) } else { console.bad(text) }
        }
    }

    private var lines: [(String, String)] {
        func text(_ number: Double?) -> String { number.map { BenchReport.text($0, 1) } ?? "-" }
        func mebibytes(_ bytes: Int) -> String { BenchReport.text(Double(bytes) / 1_048_576, 1) + " MiB" }
        var all = [
            (
                "due to accepted by healthy endpoints",
                "p50 \(text(latency.p50)) ms, p99 \(text(latency.p99)) ms, max \(text(latency.max)) ms; "
                    + "worst ten seconds' p99 \(text(latency.worstP99)) ms; published \(text(latency.publishedLate)) ms late at most"
            ),
            (
                "throughput",
                "\(setting.perSecond)/s offered, \(text(perSecond))/s accepted; "
                    + "\(text(cpuMicroseconds)) µs of notifier CPU each"
            ),
            (
                "of one processor",
                shares.map { "\($0.name) \(BenchReport.text($0.percent, 0)) %" }.joined(separator: ", ")
            ),
            (
                "resident memory",
                "\(mebibytes(residentBytes)) a replica at most; the benchmark itself \(mebibytes(ownResidentBytes))"
            ),
            ("delivered again, with the same webhook-id", "\(findings.repeated)"),
        ]
        if setting.isKilling {
            all.append(("replicas", "killed \(kills) times (seed \(setting.seed)), started again \(restarts) times"))
            all.append(("requests after 410, not known to the next owner", "\(afterGone)"))
        } else {
            all.append(("requests under way when a receiver answered 410", "\(withGone)"))
        }
        return all
    }

    private func showThroughput(_ console: Console) {
        console.line()
        guard let full, let limit else { return }
        var table = Table("full queue of \(full.deliveries)", "notifier", "limit", "ratio")
        func row(_ name: String, _ own: Double, _ bare: Double, _ places: Int) {
            let ratio = bare > 0 ? BenchReport.text(own / bare, 2) : "-"
            table.add(name, BenchReport.text(own, places), BenchReport.text(bare, places), ratio)
        }
        row("durable deliveries per second", full.perSecond, limit.perSecond, 0)
        row("CPU per delivery, µs", full.cpuMicroseconds, limit.cpuMicroseconds, 1)
        for line in table.lines() { console.line("  " + line) }
        console.line("  the limit: the same messages, rows, signatures and requests by bare calls in one thread")
        console.line()
    }

    /// For machines: the figures, and which targets are met.
    var json: String {
        struct Whole: Encodable {
            var report: NotifyReport
            var ratio: Double?
            var targets: [BenchReport.Target]
            var met: Bool
        }
        return JSONOutput.pretty(Whole(report: self, ratio: ratio, targets: targets, met: isGood))
    }
}
