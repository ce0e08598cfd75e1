/// What `busbar up` was asked for.
struct StackOptions: Sendable {
    /// Which services run.
    var services = HouseService.all
    /// How many processes of each service; one when not named.
    var replicas: [String: Int] = [:]
    /// The devnet's time between blocks, as it takes it on its command line.
    var blockInterval = "3s"
    /// Whether data of an earlier run is kept.
    var keepData = false
    /// Withdrawals to be served from own stake, TronZap and TronNRG together; nil: from own stake alone.
    var mixed: Int?
    /// With ``mixed``: nothing comes from own stake, and suppliers fail in every way, from this seed.
    var faults: UInt64?
    /// Nodes of a real network; nil starts a devnet, if any service needs a chain.
    var nodes: String?
    /// The caller's own `BUSBAR_` variables, handed on to the services.
    var variables: [String: String] = [:]

    var needsDevnet: Bool { nodes == nil && services.contains(where: \.needsChain) }
}
