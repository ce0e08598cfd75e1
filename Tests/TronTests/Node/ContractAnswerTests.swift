import ChainModel
import Models
import Testing
import Tron

@Suite struct ContractAnswerTests {
    private let owner = address("41dd791d6b49e190062d650e6a23c575510d35f2f9")
    private let token = address("41eca9bc828a3005b9a3b909f2cc5c2a54794de05f")
    private var call: TriggerSmartContract {
        TriggerSmartContract(
            owner: owner,
            contractAddress: token,
            data: TRC20Call.transfer(recipient: token, amount: Word(1)).data
        )
    }

    private let path = "/wallet/triggerconstantcontract"

    @Test func simulation() async throws {
        let node = CannedNode([
            path: """
            {"result":{"result":true},"energy_used":64285,"energy_penalty":49675,
             "constant_result":["0000000000000000000000000000000000000000000000000000000000000001"],
             "transaction":{"ret":[{}],"visible":false,"txID":"00","raw_data":{},"raw_data_hex":""}}
            """
        ])
        let simulation = try await node.simulate(call)
        #expect((simulation.energy, simulation.penalty) == (Energy(64_285), Energy(49_675)))
        #expect(!simulation.isReverted)
        #expect(simulation.word == Word(1))
        #expect(node.requests[0].fields["data"] == .text(call.data.hex))
        #expect(node.requests[0].fields["call_value"] == nil)
    }

    /// The message comes plain from some nodes and as hexadecimal from others.
    @Test(arguments: ["REVERT opcode executed", "524556455254206f70636f6465206578656375746564"])
    func revert(message: String) async throws {
        let node = CannedNode([
            path: """
            {"result":{"result":true,"message":"\(message)"},"energy_used":541,"constant_result":[""],
             "transaction":{"ret":[{"ret":"FAILED"}]}}
            """
        ])
        let simulation = try await node.simulate(call)
        #expect(simulation.isReverted)
        #expect(simulation.message == "REVERT opcode executed")
        #expect(simulation.word == nil)
    }

    @Test func whatCannotBeExecutedIsRefused() async throws {
        let node = CannedNode([
            path: #"{"result":{"code":"CONTRACT_VALIDATE_ERROR","message":"6e6f20636f6e7472616374"}}"#
        ])
        do {
            _ = try await node.simulate(call)
            Issue.record("no error")
        } catch {
            #expect(error.code == .refused)
            #expect(error.reason == "CONTRACT_VALIDATE_ERROR no contract")
            #expect(!error.isRetriable)
        }
    }

    @Test func estimates() async throws {
        let path = "/wallet/estimateenergy"
        let node = CannedNode([path: #"{"result":{"result":true},"energy_required":64990}"#])
        #expect(try await node.estimateEnergy(call) == Energy(64_990))
        let unable = CannedNode([
            path:
                #"{"result":{"code":"CONTRACT_VALIDATE_ERROR","message":"this node does not support estimate energy"}}"#
        ])
        #expect(try await unable.estimateEnergy(call) == nil)
    }

    @Test func balances() async throws {
        let node = CannedNode([
            path: """
            {"result":{"result":true},"energy_used":935,
             "constant_result":["000000000000000000000000000000000000000000000000000000000016e360"],
             "transaction":{"ret":[{}]}}
            """
        ])
        #expect(try await node.tokenBalance(of: owner, token: token).tokenAmount == TokenAmount(units: 1_500_000))
        #expect(node.requests[0].fields["data"] == .text(TRC20Call.balanceOf(owner: owner).data.hex))
    }

    @Test func dynamicFactor() async throws {
        let node = CannedNode([
            "/wallet/getcontractinfo": """
            {"smart_contract":{"name":"TetherToken"},"runtimecode":"60",
             "contract_state":{"energy_usage":7000000000,"energy_factor":34000,"update_cycle":11000}}
            """
        ])
        let info = try #require(try await node.contractInfo(token))
        #expect((info.energyFactor, info.energyUsage) == (34_000, Energy(7_000_000_000)))
        let calm = CannedNode(["/wallet/getcontractinfo": #"{"contract_state":{"update_cycle":1}}"#])
        #expect(try await calm.contractInfo(token)?.energyFactor == 0)
        #expect(try await CannedNode([:]).contractInfo(token) == nil)
    }

    @Test func parametersAndPrices() async throws {
        let node = CannedNode([
            "/wallet/getchainparameters": """
            {"chainParameter":[{"key":"getMaintenanceTimeInterval","value":21600000},{"key":"getEnergyFee","value":100},
             {"key":"getTransactionFee","value":1000},{"key":"getMaxFeeLimit","value":15000000000},
             {"key":"getAllowTvmFrozen"}]}
            """,
            "/wallet/getenergyprices": #"{"prices":"0:100,1542607200000:20,1756468800000:100"}"#,
            "/wallet/getbandwidthprices": #"{"prices":"0:10,1606240800000:40,1626240800000:1000"}"#,
            "/wallet/listproposals": """
            {"proposals":[{"proposal_id":104,"proposer_address":"\(owner.hex)","parameters":[{"key":11,"value":100}],
              "expiration_time":1756468800000,"create_time":1756209600000,"approvals":["\(token.hex)"],
              "state":"APPROVED"},
             {"proposal_id":105,"proposer_address":"\(owner.hex)","parameters":[{"key":0,"value":1},{"key":70}],
              "expiration_time":1756468800001,"create_time":1756209600001}]}
            """,
        ])
        let parameters = try await node.networkParameters()
        #expect(parameters.energyPrice == Sun(100))
        #expect(parameters.bandwidthPrice == Sun(1000))
        #expect(parameters.maximumFeeLimit == Sun(15_000_000_000))
        #expect(parameters["getAllowTvmFrozen"] == 0)
        #expect(parameters["getNothing"] == nil)
        #expect(parameters.chainParameters.maintenanceInterval == 21_600_000)
        let prices = try await node.energyPrices()
        #expect(prices.map(\.price) == [100, 20, 100])
        #expect(prices.last?.since == Timestamp("2025-08-29T12:00:00Z"))
        #expect(try await node.bandwidthPrices().last?.price == 1000)
        let proposals = try await node.proposals()
        #expect(proposals.map(\.state) == [.approved, .pending])
        #expect(proposals.map(\.parameters) == [[11: 100], [0: 1, 70: 0]])
        #expect(proposals[0].proposer == owner)
    }

    @Test func integersAreExact() async throws {
        let node = CannedNode([
            "/wallet/getchainparameters": #"{"chainParameter":[{"key":"a","value":9007199254740993}]}"#
        ])
        #expect(try await node.networkParameters()["a"] == 9_007_199_254_740_993)
        let fraction = CannedNode(["/wallet/getchainparameters": #"{"chainParameter":[{"key":"a","value":1.5}]}"#])
        await #expect(throws: NodeError.self) { try await fraction.networkParameters() }
    }
}
