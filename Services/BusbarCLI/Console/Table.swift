/// Rows under headings, in columns as wide as their widest cell.
struct Table {
    let headings: [String]
    private(set) var rows: [[String]] = []

    init(_ headings: String...) { self.headings = headings }

    mutating func add(_ cells: String...) { rows.append(cells) }

    /// The lines of the table; cells that hold numbers alone stand to the right.
    func lines() -> [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let numeric = headings.indices.map { column in
            !rows.isEmpty && rows.allSatisfy { row in row[column].allSatisfy { $0.isNumber || $0 == "-" || $0 == "." } }
        }
        return all.map { row in
            let cells = row.indices.map { column -> String in
                let gap = String(repeating: " ", count: widths[column] - row[column].count)
                return numeric[column] ? gap + row[column] : row[column] + gap
            }
            let line = cells.joined(separator: "   ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
