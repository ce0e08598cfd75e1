internal import Ledger
internal import Models
internal import Storage

/// A statement as people and programs get it. JSON has sun, text TRX.
struct StatementReport: Encodable, Sendable {
    struct Line: Encodable, Sendable {
        var kind: String
        var label: String
        var entries: Int64
        var energy: Energy
        var energy_cost_sun: Sun
        var bandwidth_cost_sun: Sun
        var activation_cost_sun: Sun
        var margin_sun: Sun
        var fee_sun: Sun
        var amount_sun: Sun
    }

    struct Entry: Encodable, Sendable {
        var number: Int64
        var at: Timestamp
        var kind: String
        var withdrawal_id: String?
        var note: String?
        var key: String
        var amount_sun: Sun
        /// After it.
        var balance_sun: Sun
    }

    var account: String
    var from: Timestamp
    var to: Timestamp
    var opening_sun: Sun
    var lines: [Line]
    var entries: [Entry]?
    var closing_sun: Sun

    /// Reads it in one snapshot, so that entries and sums agree.
    /// - Returns: `nil` when nothing was ever booked there.
    static func read(
        of partner: PartnerID,
        user: String?,
        from: Timestamp,
        to: Timestamp,
        entries withEntries: Bool,
        in client: PostgresClient
    ) async throws -> StatementReport? {
        try await client.withTransaction(.repeatableRead) { transaction in
            let books = Books(in: transaction)
            guard let statement = try await books.statement(of: partner, user: user, from: from, to: to) else {
                return nil
            }
            var report = StatementReport(
                account: LedgerAccount(payer: partner, user: user).code,
                from: from,
                to: to,
                opening_sun: statement.opening,
                lines: statement.lines.map(Line.init),
                closing_sun: statement.closing
            )
            guard withEntries else { return report }
            var balance = statement.opening
            var rows: [Entry] = []
            var last: Int64 = 0
            while true {
                let page = try await books.entries(of: partner, user: user, from: from, to: to, after: last)
                for entry in page {
                    balance += entry.amount
                    rows.append(Entry(entry, balance: balance))
                }
                guard let end = page.last else { break }
                last = end.number
            }
            report.entries = rows
            return report
        }
    }

    /// Comma-separated values: the entries when they were read, else the sums.
    var csv: [String] {
        if let entries {
            var csv = CSV("number", "at", "kind", "withdrawal_id", "note", "key", "amount_trx", "balance_trx")
            for entry in entries {
                csv.add(
                    String(entry.number),
                    entry.at.description,
                    entry.kind,
                    CSV.text(entry.withdrawal_id),
                    CSV.text(entry.note),
                    CSV.text(entry.key),
                    entry.amount_sun.fixedTRX,
                    entry.balance_sun.fixedTRX
                )
            }
            return csv.lines
        }
        var csv = CSV(
            "kind",
            "label",
            "entries",
            "energy",
            "energy_cost_trx",
            "bandwidth_cost_trx",
            "activation_cost_trx",
            "margin_trx",
            "fee_trx",
            "amount_trx"
        )
        csv.add("opening", "", "", "", "", "", "", "", "", opening_sun.fixedTRX)
        for line in lines {
            csv.add(
                line.kind,
                CSV.text(line.label),
                String(line.entries),
                String(line.energy.rawValue),
                line.energy_cost_sun.fixedTRX,
                line.bandwidth_cost_sun.fixedTRX,
                line.activation_cost_sun.fixedTRX,
                line.margin_sun.fixedTRX,
                line.fee_sun.fixedTRX,
                line.amount_sun.fixedTRX
            )
        }
        csv.add("closing", "", "", "", "", "", "", "", "", closing_sun.fixedTRX)
        return csv.lines
    }

    /// For people.
    var table: [String] {
        let heading = ["\(account), \(from) up to \(to), in TRX", ""]
        if let entries {
            var table = Table("at", "what", "withdrawal", "note", "amount", "balance")
            table.add("", "opening balance", "", "", "", opening_sun.fixedTRX)
            for entry in entries {
                table.add(
                    entry.at.description,
                    entry.kind,
                    entry.withdrawal_id ?? "",
                    entry.note ?? "",
                    entry.amount_sun.fixedTRX,
                    entry.balance_sun.fixedTRX
                )
            }
            return heading + table.lines()
        }
        var table = Table(
            "what",
            "entries",
            "energy",
            "energy cost",
            "bandwidth",
            "activation",
            "margin",
            "fee",
            "amount"
        )
        table.add("opening balance", "", "", "", "", "", "", "", opening_sun.fixedTRX)
        for line in lines {
            func item(_ sun: Sun) -> String { line.kind == "charge" ? sun.fixedTRX : "" }
            table.add(
                line.label.isEmpty ? line.kind : "\(line.kind) (\(line.label))",
                String(line.entries),
                line.kind == "charge" ? String(line.energy.rawValue) : "",
                item(line.energy_cost_sun),
                item(line.bandwidth_cost_sun),
                item(line.activation_cost_sun),
                item(line.margin_sun),
                item(line.fee_sun),
                line.amount_sun.fixedTRX
            )
        }
        table.add("closing balance", "", "", "", "", "", "", "", closing_sun.fixedTRX)
        return heading + table.lines()
    }
}

extension StatementReport.Line {
    fileprivate init(_ line: Statement.Line) {
        self.init(
            kind: line.kind,
            label: line.label,
            entries: line.count,
            energy: line.energy,
            energy_cost_sun: line.energyCost,
            bandwidth_cost_sun: line.bandwidthCost,
            activation_cost_sun: line.activationCost,
            margin_sun: line.margin,
            fee_sun: line.fee,
            amount_sun: line.amount
        )
    }
}

extension StatementReport.Entry {
    fileprivate init(_ entry: Statement.Entry, balance: Sun) {
        self.init(
            number: entry.number,
            at: entry.at,
            kind: entry.kind,
            withdrawal_id: entry.withdrawal,
            note: entry.note,
            key: entry.key,
            amount_sun: entry.amount,
            balance_sun: balance
        )
    }
}
