import Foundation
import Messaging
import ServiceKit
import Testing

/// `deploy/definitions.json` is what docker-compose gives the broker: it must say what the code says.
@Suite struct DefinitionsFileTests {
    @Test func theExportedDefinitionsAreThoseOfTheCode() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let file = folder.appending(path: "../../../deploy/definitions.json")
        let exported = try String(contentsOf: file, encoding: .utf8)
        #expect(
            exported == Topology.house.definitions(vhost: "busbar", policies: BrokerPolicy.house),
            "busbar migrate --only-definitions --definitions deploy/definitions.json writes it anew"
        )
    }
}
