extension BenchReport {
    /// Shows the report to a person.
    func show(_ console: Console) {
        var figures = Table("figure", "allocator", "limit", "ratio")
        func row(_ name: String, _ own: Double, _ bare: Double, _ places: Int) {
            let ratio = bare > 0 ? Self.text(own / bare, 2) : "-"
            figures.add(name, Self.text(own, places), Self.text(bare, places), ratio)
        }
        row("durable priced allocations per second", allocator.perSecond, limit.perSecond, 0)
        row("client CPU per allocation, µs", allocator.cpuMicroseconds, limit.cpuMicroseconds, 1)
        row("messages per commit", allocator.messagesPerCommit ?? 0, limit.messagesPerCommit ?? 0, 1)
        figures.add("resident memory, MiB", Self.text(Double(residentBytes) / 1_048_576, 1), "-", "-")
        for line in figures.lines() { console.line("  " + line) }
        console.line(
            "  each priced, charged and booked with the promise: debit, entry and four postings, of both alike"
        )
        console.line()

        var rates = Table("offered", "sent", "p50 ms", "p99 ms", "max ms", "per commit", "CPU µs")
        for latency in [lone] + latencies {
            rates.add(
                latency.perSecond == 0 ? "one by one" : "\(latency.perSecond)/s",
                String(latency.sent),
                Self.text(latency.p50, 1),
                Self.text(latency.p99, 1),
                Self.text(latency.max, 1),
                latency.messagesPerCommit.map { Self.text($0, 1) } ?? "-",
                Self.text(latency.cpuMicroseconds, 1)
            )
        }
        for line in rates.lines() { console.line("  " + line) }
        console.line()
        console.line(
            "  \(processors) processors, broker and database beside; load average \(loadBefore) before, \(loadAfter) after"
        )
        for target in targets {
            let text = "\(target.name): \(target.measured) (\(target.target))"
            if target.isMet { console.good(text) } else { console.bad(text) }
        }
    }

    /// For machines: the figures, and which targets are met.
    var json: String {
        struct Whole: Encodable {
            var report: BenchReport
            var ratio: Double
            var targets: [Target]
            var met: Bool
        }
        return JSONOutput.pretty(Whole(report: self, ratio: ratio, targets: targets, met: isGood))
    }
}
