/// Rows as comma-separated values (RFC 4180).
struct CSV {
    /// The lines, the heading first.
    private(set) var lines: [String] = []

    init(_ headings: String...) { lines.append(headings.joined(separator: ",")) }

    mutating func add(_ cells: String...) { lines.append(cells.joined(separator: ",")) }

    /// A cell of text that others wrote: quoted where it must be, and never taken for a formula by a spreadsheet.
    static func text(_ value: String?) -> String {
        guard let value, let first = value.unicodeScalars.first else { return "" }
        // By scalars: as a character, CR LF is neither of the two, and a quote with an accent is no quote.
        var cell = String.UnicodeScalarView()
        if "=+-@\t\r".unicodeScalars.contains(first) { cell.append("'") }
        for scalar in value.unicodeScalars {
            cell.append(scalar)
            if scalar == "\"" { cell.append(scalar) }
        }
        let special = "\",\n\r".unicodeScalars
        guard value.unicodeScalars.contains(where: { special.contains($0) }) else { return String(cell) }
        return "\"" + String(cell) + "\""
    }
}
