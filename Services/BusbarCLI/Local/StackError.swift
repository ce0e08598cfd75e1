/// Why the local stack cannot do what was asked.
struct StackError: Error, CustomStringConvertible {
    let description: String

    init(_ message: String, hint: String? = nil, details: [String] = []) {
        description = ([message] + (hint.map { ["  " + $0] } ?? []) + details.map { "  | " + $0 })
            .joined(separator: "\n")
    }
}
