internal import ArgumentParser

/// `busbar audit`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Check that the books are right. Ends with 1 when something is not.",
        discussion: """
            Runs the query of each invariant, compares the delegations in the books with those the chain shows for every \
            registered pool, and counts parked messages. Changes nothing.

            Examples:
              busbar audit
              busbar audit --json | jq '.invariants[] | select(.findings != [])'
            """
    )

    @OptionGroup var location: StackLocation

    @Flag(help: "Write JSON.")
    var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let report = try await Audit.run(variables: operations.variables)
        if json { console.line(JSONOutput.pretty(report)) } else { show(report, console) }
        if !report.isClean { throw ExitCode.failure }
    }

    private func show(_ report: AuditReport, _ console: Console) {
        var table = Table("invariant", "holds when clean", "")
        for invariant in report.invariants {
            let count = invariant.findings.count
            table.add(String(invariant.number), invariant.meaning, count == 0 ? "clean" : counted(count, "finding"))
        }
        for line in table.lines() { console.line(line) }
        for invariant in report.invariants where !invariant.findings.isEmpty {
            console.line()
            console.bad("invariant \(invariant.number): \(invariant.meaning)")
            for finding in invariant.findings.prefix(50) { console.line("    " + finding) }
            let more = invariant.findings.count - 50
            if more > 0 { console.line("    … and \(more) more: busbar audit --json") }
        }
        console.line()
        for parked in report.parked {
            let count = counted(parked.count, "message")
            console.warning("\(count) in \(parked.queue): busbar parked list \(parked.queue)")
        }
        if report.isClean {
            console.good("everything is as it should be")
        } else {
            console.bad("not everything is as it should be")
        }
    }
}
