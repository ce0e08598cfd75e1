internal import LocalStack
internal import Testing

/// The executables under test: what `./busbar test` has built for release.
enum Executables {
    /// Their folder; nil when nobody said where they are.
    static let folder = Launch.variable("BUSBAR_TEST_EXECUTABLES")

    /// Why the tests are skipped without them.
    static let skipReason: Testing.Comment =
        "SKIPPED: BUSBAR_TEST_EXECUTABLES does not name the folder of the release executables; ./busbar test sets it"

    static func path(_ name: String) throws -> String {
        guard let folder else { throw EndToEndError("BUSBAR_TEST_EXECUTABLES is not set") }
        return folder + "/" + name
    }
}

/// What keeps a test from going on.
struct EndToEndError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
