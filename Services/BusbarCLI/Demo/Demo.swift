/// The demo: an upstream withdrawal system that uses the running stack.
enum Demo {
    /// Runs `count` withdrawals through a live stack.
    ///
    /// - Returns: whether everything the demo checks was as it should be.
    static func run(_ stack: RunningStack, count: Int, console: Console) async throws -> Bool {
        throw StackError("the demo is not part of this build yet")
    }
}
