import Planning
import Testing

struct RegistrySnapshotTests {
    @Test func aPartnersOwnPoolsComeBeforeTheHousesEachByRank() {
        func pool(_ id: String, _ rank: Int32, _ owner: String?) -> RegistrySnapshot.Pool {
            .init(id: id, address: address(500), permissionID: 2, partner: owner.map(partner), rank: rank)
        }
        let registry = RegistrySnapshot(pools: [
            pool("house2", 2, nil), pool("own9", 9, "p1"), pool("house1", 1, nil), pool("own3", 3, "p1"),
            pool("a-tie", 2, nil), pool("foreign", 0, "p2"),
        ])
        #expect(registry.pools(for: partner("p1")).map(\.id) == ["own3", "own9", "house1", "a-tie", "house2"])
        #expect(registry.pools(for: partner("p3")).map(\.id) == ["house1", "a-tie", "house2"])
    }
}
