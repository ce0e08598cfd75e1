/// A service of the house that the local stack starts.
struct HouseService: Sendable {
    /// The executable's name.
    let name: String
    /// Its first replica's admin port, taken when free.
    let preferredPort: Int
    /// Its login role at the database: the owner of its schema.
    let role: String
    /// Whether it asks a node of the chain.
    var needsChain = true

    /// In the order of their start.
    static let all = [
        HouseService(name: "allocator", preferredPort: 18_101, role: "allocator"),
        HouseService(name: "price-feed", preferredPort: 18_121, role: "prices"),
        HouseService(name: "notifier", preferredPort: 18_141, role: "notifier"),
    ]

    /// Tells systems and people what has happened.
    static let notifier = HouseService(name: "notifier", preferredPort: 18_141, role: "notifier", needsChain: false)

    /// Ports of the servers below, taken when free.
    static let brokerPort = 15_672
    static let databasePort = 15_432
    static let devnetPort = 18_090
}
