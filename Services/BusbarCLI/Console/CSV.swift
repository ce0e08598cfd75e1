/// Rows as comma-separated values (RFC 4180).
struct CSV {
    /// The lines, the heading first.
    private(set) var lines: [String] = []

    init(_ headings: String...) { lines.append(headings.joined(separator: ",")) }

    mutating func add(_ cells: String...) { lines.append(cells.joined(separator: ",")) }

    /// A cell of text that others wrote: quoted where it must be, and never taken for a formula by a spreadsheet.
    static func text(_ value: String?) -> String {
        guard var value, let first = value.first else { return "" }
        if "=+-@\t".contains(first) { value = "'" + value }
        guard value.contains(where: { "\",\n\r".contains($0) }) else { return value }
        return "\"" + value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
