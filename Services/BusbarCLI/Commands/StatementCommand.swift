internal import ArgumentParser
internal import Ledger
internal import Models
internal import Storage

/// `busbar statement`
struct StatementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement",
        abstract: "What a partner paid for in a period: opening balance, sums, closing balance.",
        discussion: """
            The period begins with --from and ends before --to. A day means its first moment in Seoul. Without --to it \
            goes until now, without --from it begins with the month of its last moment. Amounts are in TRX; in JSON in sun.

            Examples:
              busbar statement p42 --from 2026-11-01 --to 2026-12-01
              busbar statement p42 --user alice
              busbar statement p42 --from 2026-11-21T00:00:00Z --entries --csv > november-21.csv
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner.", transform: Parsing.partner) var id: PartnerID
    @Option(help: "The balance of this user instead of the partner's own.", transform: Parsing.user) var user: String?
    @Option(name: .customLong("from"), help: "A day or a time.", transform: Parsing.dayOrTime) var start: Timestamp?
    @Option(name: .customLong("to"), help: "A day or a time; itself not in it.", transform: Parsing.dayOrTime)
    var end: Timestamp?
    @Flag(help: "Each entry instead of sums.") var entries = false
    @Flag(help: "Write JSON.") var json = false
    @Flag(help: "Write comma-separated values.") var csv = false

    func validate() throws {
        if json, csv { throw ValidationError("--json and --csv exclude each other") }
        if let start, let end, end <= start { throw ValidationError("--to is not after --from") }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let now = operations.clock.now()
        let (from, to) = try period(now)
        let report = try await operations.withLedger { _, client in
            try await StatementReport.read(of: id, user: user, from: from, to: to, entries: entries, in: client)
        }
        guard let report else {
            let account = user.map { "user \($0) of partner \(id)" } ?? "partner \(id)"
            throw OperationError(
                "nothing was ever booked for \(account)",
                hint: "busbar partner credit books a deposit; busbar partner list shows the partners"
            )
        }
        let console = Console()
        let lines = json ? [JSONOutput.pretty(report)] : csv ? report.csv : report.table
        for line in lines { console.line(line) }
    }

    /// From when until when: the second is not in it.
    func period(_ now: Timestamp) throws -> (from: Timestamp, to: Timestamp) {
        let to = end ?? now + .milliseconds(1)
        let from = start ?? Parsing.beginningOfMonth(to - .milliseconds(1))
        guard from < to else { throw ValidationError("--from is later than now; give --to as well") }
        return (from, to)
    }
}
