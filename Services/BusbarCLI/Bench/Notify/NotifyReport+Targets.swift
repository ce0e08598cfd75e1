extension NotifyReport {
    /// What the house asks of two cores with broker, database and receivers beside the notifier.
    var targets: [BenchReport.Target] {
        setting.isKilling ? always + underKilling : always + undisturbed
    }

    private typealias Target = BenchReport.Target

    /// However it is disturbed.
    private var always: [Target] {
        let lost = rows.reduce(0) { $0 + $1.lost }
        let leftOver = row(.healthy).pending
        let leaving = row(.leaving)
        let checked = findings.signaturesChecked
        return [
            Target(name: "events lost", measured: "\(lost)", target: "none", isMet: lost == 0),
            Target(
                name: "left over for healthy endpoints",
                measured: "\(leftOver)",
                target: "nothing",
                isMet: leftOver == 0
            ),
            Target(
                name: "requests under another id, at a wrong endpoint or with a wrong body",
                measured: "\(findings.strangeIDs), \(findings.misdirected), \(findings.garbled)",
                target: "none",
                isMet: findings.strangeIDs + findings.misdirected + findings.garbled == 0
            ),
            Target(
                name: "signatures that do not fit",
                measured: "\(findings.signaturesRefused) of \(checked)",
                target: "none of some",
                isMet: findings.signaturesRefused == 0 && checked > 0
            ),
            Target(
                name: "endpoints disabled of those that answered 410",
                measured: "\(leaving.disabled) of \(leaving.endpoints)",
                target: "all",
                isMet: leaving.disabled == leaving.endpoints
            ),
        ]
    }

    private var undisturbed: [Target] {
        [
            Target(
                name: "healthy endpoints' p99 at \(setting.perSecond)/s",
                measured: "\(latency.p99.map { BenchReport.text($0, 1) } ?? "-") ms",
                target: "below 2000 ms",
                isMet: latency.p99.map { $0 < 2000 } ?? false
            ),
            Target(name: "requests after 410", measured: "\(afterGone)", target: "none", isMet: afterGone == 0),
            Target(name: "requests before Retry-After", measured: "\(early)", target: "none", isMet: early == 0),
            Target(
                name: "delivered twice",
                measured: "\(findings.repeated)",
                target: "none",
                isMet: findings.repeated == 0
            ),
            Target(
                name: "unanswered requests of one endpoint at once",
                measured: "\(findings.mostOpen)",
                target: "at most \(NotifyWorld.inFlight)",
                isMet: findings.mostOpen <= Int(NotifyWorld.inFlight)
            ),
        ]
    }

    /// What was under way when a replica died comes again: it is known by its id, which is checked above.
    private var underKilling: [Target] {
        [
            Target(name: "replicas killed", measured: "\(kills)", target: "some", isMet: kills > 0)
        ]
    }
}
