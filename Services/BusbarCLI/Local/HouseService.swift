/// A service of the house that the local stack starts.
struct HouseService: Sendable {
    /// The executable's name.
    let name: String
    /// Its first replica's admin port, taken when free.
    let preferredPort: Int

    /// In the order of their start.
    static let all = [
        HouseService(name: "allocator", preferredPort: 18_101)
    ]

    /// Ports of the servers below, taken when free.
    static let brokerPort = 15_672
    static let databasePort = 15_432
    static let devnetPort = 18_090
}
