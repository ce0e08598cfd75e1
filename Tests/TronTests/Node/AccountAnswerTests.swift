import ChainModel
import Models
import Testing

@testable import Tron

@Suite struct AccountAnswerTests {
    private let owner = address("41dd791d6b49e190062d650e6a23c575510d35f2f9")
    private let other = address("4192ad11c1bf16b3b14b0bd6b5c7e2db73a0b5e83a")

    @Test func account() async throws {
        let node = CannedNode([
            "/wallet/getaccount": """
            {"address":"41dd791d6b49e190062d650e6a23c575510d35f2f9","balance":9223372036854775807,
             "create_time":1700000000000,"latest_opration_time":1777000000000,"free_net_usage":345,"net_usage":12,
             "net_window_size":28800000,"net_window_optimized":true,"allowance":77,"latest_withdraw_time":1776000000000,
             "votes":[{"vote_address":"4192ad11c1bf16b3b14b0bd6b5c7e2db73a0b5e83a","vote_count":1000}],
             "account_resource":{"energy_usage":64285,"energy_window_size":14400000,"energy_window_optimized":true,
               "latest_consume_time_for_energy":592000000,"delegated_frozenV2_balance_for_energy":5000000,
               "acquired_delegated_frozenV2_balance_for_energy":7000000},
             "delegated_frozenV2_balance_for_bandwidth":3000000,
             "frozenV2":[{"amount":1000000},{"type":"ENERGY","amount":2000000},{"type":"TRON_POWER"}],
             "unfrozenV2":[{"type":"ENERGY","unfreeze_amount":4000000,"unfreeze_expire_time":1778000000000},
               {"unfreeze_amount":1,"unfreeze_expire_time":1778000000001}],
             "owner_permission":{"permission_name":"owner","threshold":1,
               "keys":[{"address":"41dd791d6b49e190062d650e6a23c575510d35f2f9","weight":1}]},
             "active_permission":[{"type":"Active","id":2,"permission_name":"active","threshold":2,
               "operations":"0000000000000006000000000000000000000000000000000000000000000000",
               "keys":[{"address":"4192ad11c1bf16b3b14b0bd6b5c7e2db73a0b5e83a","weight":2}]}],
             "asset_optimized":true}
            """
        ])
        let account = try #require(try await node.account(owner))
        #expect(node.requests[0].fields == ["address": .text(owner.hex)])
        #expect(account.address == owner)
        #expect(account.balance == Sun(Int64.max))
        #expect(account.created == Timestamp(milliseconds: 1_700_000_000_000))
        #expect(!account.isContract)
        #expect(account.staked == PerResource(bandwidth: Sun(1_000_000), energy: Sun(2_000_000)))
        #expect(account.delegatedOut == PerResource(bandwidth: Sun(3_000_000), energy: Sun(5_000_000)))
        #expect(account.acquired == PerResource(bandwidth: .zero, energy: Sun(7_000_000)))
        #expect(account.usage == PerResource(bandwidth: 12, energy: 64_285))
        #expect(account.window == PerResource(bandwidth: 28_800, energy: 14_400))
        #expect(account.freeBandwidthUsed == Bandwidth(345))
        #expect(account.unfreezing.map(\.resource) == [.energy, .bandwidth])
        #expect(account.unfreezing[0].amount == Sun(4_000_000))
        #expect(account.unfreezing[0].due == Timestamp(milliseconds: 1_778_000_000_000))
        #expect(account.allowance == Sun(77))
        #expect(account.lastWithdrawal == Timestamp(milliseconds: 1_776_000_000_000))
        #expect(account.votes == [.init(witness: other, count: 1000)])
        #expect(account.ownerPermission == .owner(of: owner))
        let active = try #require(account.activePermissions.first)
        #expect((active.kind, active.id, active.threshold) == (.active, 2, 2))
        #expect(active.operations == Permission.operations(allowing: ContractType.delegating))
        #expect(active.weight(of: other) == 2)
    }

    @Test func visibleAnswersAreReadToo() async throws {
        let node = CannedNode(["/wallet/getaccount": #"{"address":"\#(owner.base58)","type":"Contract"}"#])
        let account = try #require(try await node.account(owner))
        #expect(account.address == owner)
        #expect(account.isContract)
        #expect(account.window.energy == ResourceUsage.fullWindow)
        #expect(account.balance == .zero)
    }

    @Test func missingAccounts() async throws {
        let node = CannedNode([:])
        #expect(try await node.account(owner) == nil)
        #expect(try await node.account(owner, in: .solid) == nil)
        #expect(try await node.accountResources(of: owner) == nil)
        #expect(node.requests.map(\.path).contains("/walletsolidity/getaccount"))
    }

    @Test func resources() async throws {
        let node = CannedNode([
            "/wallet/getaccountresource": """
            {"freeNetUsed":345,"freeNetLimit":600,"NetLimit":2,"TotalNetLimit":43200000000,"TotalNetWeight":26982826755,
             "tronPowerLimit":10,"EnergyUsed":64285,"EnergyLimit":131000,"TotalEnergyLimit":180000000000,
             "TotalEnergyWeight":18961880000}
            """
        ])
        let resources = try #require(try await node.accountResources(of: owner))
        #expect(resources.energyAvailable == Energy(66_715))
        #expect(resources.bandwidthAvailable == Bandwidth(2))
        #expect(resources.freeBandwidthAvailable == Bandwidth(255))
        #expect(resources.totals(.energy) == ResourceTotals(limit: 180_000_000_000, weight: 18_961_880_000))
        #expect(resources.totals(.bandwidth) == ResourceTotals(limit: 43_200_000_000, weight: 26_982_826_755))
    }

    @Test func overusedResourcesAreNotNegative() async throws {
        let node = CannedNode(["/wallet/getaccountresource": #"{"EnergyUsed":10,"freeNetLimit":600}"#])
        let resources = try #require(try await node.accountResources(of: owner))
        #expect(resources.energyAvailable == .zero)
        #expect(resources.freeBandwidthAvailable == Bandwidth(600))
    }

    @Test func delegations() async throws {
        let node = CannedNode([
            "/wallet/getdelegatedresourcev2": """
            {"delegatedResource":[{"from":"\(owner.hex)","to":"\(other.hex)","frozen_balance_for_energy":100000000},
             {"from":"\(owner.hex)","to":"\(other.hex)","frozen_balance_for_bandwidth":5,
              "frozen_balance_for_energy":200000000,"expire_time_for_energy":1778000000000}]}
            """,
            "/wallet/getdelegatedresourceaccountindexv2":
                #"{"account":"\#(owner.hex)","toAccounts":["\#(other.hex)"]}"#,
            "/wallet/getcandelegatedmaxsize": #"{"max_size":123000000}"#,
            "/wallet/getavailableunfreezecount": #"{"count":31}"#,
            "/wallet/getcanwithdrawunfreezeamount": #"{"amount":9}"#,
        ])
        let records = try await node.delegations(from: owner, to: other)
        #expect(records.map(\.stake.energy) == [Sun(100_000_000), Sun(200_000_000)])
        #expect(records[0].expires == PerResource(nil))
        #expect(records[1].expires.energy == Timestamp(milliseconds: 1_778_000_000_000))
        #expect(records[1].stake.bandwidth == Sun(5))
        #expect(try await node.delegationIndex(of: owner) == DelegationIndex(from: [], to: [other]))
        #expect(try await node.maximumDelegation(of: owner, .energy) == Sun(123_000_000))
        #expect(node.requests[2].fields["type"] == .number(1))
        #expect(try await node.availableUnfreezes(of: owner) == 31)
        #expect(try await node.withdrawableUnfreeze(of: owner, at: Timestamp(milliseconds: 5)) == Sun(9))
        let empty = CannedNode([:])
        #expect(try await empty.delegations(from: owner, to: other).isEmpty)
        #expect(try await empty.delegationIndex(of: owner) == DelegationIndex(from: [], to: []))
        #expect(try await empty.maximumDelegation(of: owner, .energy) == .zero)
        #expect(try await empty.availableUnfreezes(of: owner) == 0)
    }
}
