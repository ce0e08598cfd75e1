import Foundation
import Messaging
import Testing

@Suite("Definitions")
struct DefinitionsTests {
    private let topology = Topology(
        exchanges: [.init("commands", .direct, alternate: "unrouted"), .init("unrouted", .fanout)],
        queues: [.init("worker.command")],
        bindings: [.init(exchange: "commands", queue: "worker.command", routingKey: "a \"quoted\" key\n")]
    )
    private let policies = [
        BrokerPolicy(
            "parked",
            pattern: "^worker\\.",
            priority: 3,
            settings: ["delivery-limit": .number(10), "dead-letter-exchange": .text("dead")]
        )
    ]

    @Test func definitionsAreJSONThatSaysWhatTheTopologySays() throws {
        let text = topology.definitions(vhost: "busbar", policies: policies)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let queues = try #require(json["queues"] as? [[String: Any]])
        #expect(queues.count == 1)
        #expect(queues[0]["name"] as? String == "worker.command")
        #expect(queues[0]["durable"] as? Bool == true)
        #expect((queues[0]["arguments"] as? [String: String]) == ["x-queue-type": "quorum"])
        let exchanges = try #require(json["exchanges"] as? [[String: Any]])
        #expect((exchanges[0]["arguments"] as? [String: String]) == ["alternate-exchange": "unrouted"])
        let bindings = try #require(json["bindings"] as? [[String: Any]])
        #expect(bindings[0]["routing_key"] as? String == "a \"quoted\" key\n")
        let policy = try #require((json["policies"] as? [[String: Any]])?.first)
        #expect(policy["pattern"] as? String == "^worker\\.")
        #expect((policy["definition"] as? [String: Any])?["delivery-limit"] as? Int == 10)
        #expect(policy["priority"] as? Int == 3)
    }

    @Test func theSameInputGivesTheSameText() {
        let first = topology.definitions(vhost: "busbar", policies: policies)
        #expect(first == topology.definitions(vhost: "busbar", policies: policies))
        #expect(policies[0].definition == #"{"dead-letter-exchange": "dead", "delivery-limit": 10}"#)
    }

    @Test func mergingKeepsEachThingOnce() {
        let merged = topology.merging(topology).merging(Topology(queues: [.init("other")]))
        #expect(merged.queues.map(\.name) == ["worker.command", "other"])
        #expect(merged.exchanges.count == 2)
        #expect(merged.bindings.count == 1)
    }
}
