internal import FoundationEssentials
internal import Models
internal import Suppliers
internal import Testing

/// What the sandboxes themselves promise, seen through TronZap's adapter.
@Suite(.serialized) struct SandboxTests {
    private struct State: Decodable {
        var weight: Int64
        var violations: [String]
        var delegations: [Delegation]

        struct Delegation: Decodable {
            var to: String
        }

        enum CodingKeys: String, CodingKey {
            case weight = "energy_weight"
            case violations
            case delegations
        }
    }

    private func state(_ driver: SandboxDriver) async throws -> State {
        try JSONDecoder().decode(State.self, from: try await driver.devnet.get("state"))
    }

    @Test func aSupplierChangesNothingForOthers() async throws {
        try await SandboxDriver.with(.tronZap) { driver in
            let before = try await state(driver).weight
            _ = try await driver.buy()
            let after = try await state(driver)
            #expect(after.weight == before)
            #expect(after.violations.isEmpty)
        }
    }

    @Test func rentalsOfOneReceiverEndOneByOne() async throws {
        try await SandboxDriver.with(.tronZap) { driver in
            let demand = try await driver.demand()
            _ = try await driver.buy(demand, key: "first")
            try await driver.devnet.advance(.seconds(1800))
            _ = try await driver.buy(demand, key: "second")
            try await driver.devnet.waitForEnergy(Energy(130_000), of: demand.receiver)
            try await driver.devnet.advance(.seconds(1801))
            try await wait("the first one's end") {
                try await driver.devnet.energy(of: demand.receiver) < Energy(66_000)
            }
            #expect(try await driver.devnet.energy(of: demand.receiver) >= demand.energy)
            try await driver.devnet.advance(.seconds(1801))
            try await driver.devnet.waitForNoEnergy(of: demand.receiver)
            #expect(try await state(driver).delegations.isEmpty)
        }
    }

    @Test func equalOrdersOfOneMomentAreAllDelivered() async throws {
        try await SandboxDriver.with(.catFee) { driver in
            let demand = try await driver.demand()
            let first = try await driver.prepared(demand)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    var purchase = first
                    purchase.order.key = try #require(OrderKey("equal-\(number)"))
                    let order = purchase
                    group.addTask { _ = try await driver.supplier.place(order) }
                }
                try await group.waitForAll()
            }
            try await driver.devnet.waitForEnergy(Energy(40 * demand.energy.rawValue), of: demand.receiver)
            #expect(try await driver.statement().refunded == 0)
            try await driver.devnet.advance(.seconds(3601))
            try await driver.devnet.waitForNoEnergy(of: demand.receiver)
        }
    }

    @Test func aDelegationLostToAForkIsMadeAgain() async throws {
        try await SandboxDriver.with(.tronZap) { driver in
            let demand = try await driver.demand()
            let (purchase, report) = try await driver.buy(demand)
            try await driver.devnet.waitForEnergy(demand.energy, of: demand.receiver)
            try await driver.devnet.post("reorg", #"{"depth":18,"keep_transactions":false}"#)
            let again = try await driver.wait(purchase, for: "another delegation") {
                $0.state == .delivered && $0.delegations != report.delegations
            }
            #expect(again.reference == report.reference)
            try await driver.devnet.waitForEnergy(demand.energy, of: demand.receiver)
            let statement = try await driver.statement()
            #expect(statement.orders.count == 1 && statement.refunded == 0)
            #expect(statement.charged == statement.orders[0].charged)
        }
    }

    @Test func aNewChainIsANewBook() async throws {
        try await SandboxDriver.with(.tronZap) { driver in
            let (_, report) = try await driver.buy()
            try await driver.devnet.post("reset", "{}")
            let statement = try await driver.statement()
            #expect(statement.orders.isEmpty && statement.charged == 0)
            #expect(try await driver.supplier.balance() == Sun(100_000 * Sun.trx.rawValue))
            let (_, again) = try await driver.buy()
            #expect(again.delegations != report.delegations)
        }
    }

    @Test func oneSeedIsOneCourse() async throws {
        try await SandboxDriver.with(.catFee) { driver in
            let demand = try await driver.demand()
            func course(_ seed: Int) async throws -> [Bool] {
                try await driver.set(#"{"clear":true,"seed":\#(seed),"status":503,"call":"quote","probability":0.5}"#)
                var course: [Bool] = []
                for _ in 0..<40 { course.append((try? await driver.supplier.quote(demand)) != nil) }
                return course
            }
            let first = try await course(7)
            #expect(try await course(7) == first)
            #expect(try await course(8) != first)
            #expect(first.contains(true) && first.contains(false))
        }
    }

    @Test func deliveryTakesTheTimeThatIsSet() async throws {
        try await SandboxDriver.with(.catFee) { driver in
            try await driver.set(#"{"delivery_ms":30000}"#)
            let demand = try await driver.demand()
            var purchase = try await driver.prepared(demand)
            purchase.reference = try await driver.supplier.place(purchase).reference
            try await Task.sleep(for: .milliseconds(500))
            #expect(try await driver.devnet.energy(of: demand.receiver) == .zero)
            #expect(try await driver.supplier.find(purchase)?.state == .accepted)
            try await driver.devnet.advance(.seconds(31))
            try await driver.devnet.waitForEnergy(demand.energy, of: demand.receiver)
        }
    }

    @Test(arguments: [
        #"{"partial_percent":100}"#, #"{"drop_answer":"yes"}"#, #"{"status":200}"#, #"{"call":"buy","status":500}"#,
        #"{"probability":2,"status":500}"#, #"{"nonsense":1}"#, #"{"price":37.7}"#, #"{"price":"-1"}"#, "[]", "{",
    ])
    func controlRefusesWhatItDoesNotKnow(_ body: String) async throws {
        try await SandboxDriver.with(.tronZap) { driver in
            await #expect(throws: TestFailure.self) { try await driver.set(body) }
        }
    }
}
