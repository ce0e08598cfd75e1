/// Why the servers for a test could not be had.
struct TestSupportError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A name that no other test uses.
func uniqueName(_ prefix: String) -> String {
    prefix + "_" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
}
