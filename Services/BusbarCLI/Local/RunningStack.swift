internal import LocalStack

/// A stack in which everything has become ready: what the demo and tests need to use it.
struct RunningStack: Sendable {
    let environment: StackEnvironment
    let layout: StackLayout
    /// The devnet's address; nil on a real network.
    let devnet: String?
}
