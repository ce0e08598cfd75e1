internal import ChainModel
internal import Models

struct WireAccount: Decodable {
    struct Frozen: Decodable {
        var type: String?
        var amount: Int64?
    }

    struct Unfrozen: Decodable {
        var type: String?
        var unfreeze_amount: Int64?
        var unfreeze_expire_time: Int64?
    }

    struct EnergyPart: Decodable {
        var energy_usage: Int64?
        var energy_window_size: Int64?
        var energy_window_optimized: Bool?
        var delegated_frozenV2_balance_for_energy: Int64?
        var acquired_delegated_frozenV2_balance_for_energy: Int64?
    }

    struct Vote: Decodable {
        var vote_address: WireAddress
        var vote_count: Int64?
    }

    var address: WireAddress
    var balance: Int64?
    var create_time: Int64?
    var type: String?
    var frozenV2: [Frozen]?
    var unfrozenV2: [Unfrozen]?
    var account_resource: EnergyPart?
    var delegated_frozenV2_balance_for_bandwidth: Int64?
    var acquired_delegated_frozenV2_balance_for_bandwidth: Int64?
    var net_usage: Int64?
    var free_net_usage: Int64?
    var net_window_size: Int64?
    var net_window_optimized: Bool?
    var allowance: Int64?
    var latest_withdraw_time: Int64?
    var votes: [Vote]?
    var owner_permission: WirePermissionJSON?
    var active_permission: [WirePermissionJSON]?
}

struct WirePermissionJSON: Decodable {
    struct Key: Decodable {
        var address: WireAddress
        var weight: Int64?
    }

    var type: String?
    var id: Int?
    var permission_name: String?
    var threshold: Int64?
    var operations: WireBytes?
    var keys: [Key]?

    var permission: Permission {
        let kind: Permission.Kind =
            switch type {
            case "Active": .active
            case "Witness": .witness
            default: .owner
            }
        return Permission(
            kind: kind,
            id: id ?? 0,
            name: permission_name ?? "",
            threshold: threshold ?? 0,
            operations: operations?.value ?? [],
            keys: (keys ?? []).map { Permission.Key(address: $0.address.value, weight: $0.weight ?? 0) }
        )
    }
}

extension AccountState {
    init(_ wire: WireAccount) {
        func staked(_ resource: Resource) -> Sun {
            let code = resource.code
            return Sun(
                (wire.frozenV2 ?? []).filter { ($0.type ?? "BANDWIDTH") == code }.reduce(0) { $0 + ($1.amount ?? 0) }
            )
        }
        let energy = wire.account_resource
        address = wire.address.value
        balance = Sun(wire: wire.balance)
        created = Timestamp(wire: wire.create_time)
        isContract = wire.type == "Contract"
        self.staked = PerResource(bandwidth: staked(.bandwidth), energy: staked(.energy))
        delegatedOut = PerResource(
            bandwidth: Sun(wire: wire.delegated_frozenV2_balance_for_bandwidth),
            energy: Sun(wire: energy?.delegated_frozenV2_balance_for_energy)
        )
        acquired = PerResource(
            bandwidth: Sun(wire: wire.acquired_delegated_frozenV2_balance_for_bandwidth),
            energy: Sun(wire: energy?.acquired_delegated_frozenV2_balance_for_energy)
        )
        usage = PerResource(bandwidth: wire.net_usage ?? 0, energy: energy?.energy_usage ?? 0)
        window = PerResource(
            bandwidth: slots(wire.net_window_size, optimized: wire.net_window_optimized),
            energy: slots(energy?.energy_window_size, optimized: energy?.energy_window_optimized)
        )
        freeBandwidthUsed = Bandwidth(rawValue: wire.free_net_usage ?? 0)
        unfreezing = (wire.unfrozenV2 ?? []).map {
            Unfreezing(
                resource: Resource(code: $0.type ?? "BANDWIDTH"),
                amount: Sun(wire: $0.unfreeze_amount),
                due: Timestamp(milliseconds: $0.unfreeze_expire_time ?? 0)
            )
        }
        allowance = Sun(wire: wire.allowance)
        lastWithdrawal = Timestamp(wire: wire.latest_withdraw_time)
        votes = (wire.votes ?? []).map { Vote(witness: $0.vote_address.value, count: $0.vote_count ?? 0) }
        ownerPermission = wire.owner_permission?.permission
        activePermissions = (wire.active_permission ?? []).map(\.permission)
    }
}

/// The window in slots: an optimised one comes in thousandths of a slot, and none stands for 24 hours.
private func slots(_ size: Int64?, optimized: Bool?) -> Int64 {
    guard let size, size > 0 else { return ResourceUsage.fullWindow }
    return optimized == true ? size / ResourceUsage.windowPrecision : size
}
