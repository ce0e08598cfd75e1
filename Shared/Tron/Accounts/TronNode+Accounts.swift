public import ChainModel
public import Models

extension TronNode {
    /// An account, or `nil` when the address is not activated.
    public func account(_ address: TronAddress, in view: StateView = .head) async throws(NodeError) -> AccountState? {
        try await ask(WireAccount.self, view.path("getaccount"), ["address": .address(address)])
            .map { AccountState($0) }
    }

    /// What an account can use, or `nil` when the address is not activated.
    public func accountResources(of address: TronAddress) async throws(NodeError) -> AccountResources? {
        try await ask(AccountResources.self, "/wallet/getaccountresource", ["address": .address(address)])
    }

    /// What `owner` has delegated to `receiver`: up to two records, one unlocked and one locked.
    public func delegations(
        from owner: TronAddress,
        to receiver: TronAddress,
        in view: StateView = .head
    ) async throws(NodeError) -> [DelegationShown] {
        let answer = try await ask(
            WireDelegations.self,
            view.path("getdelegatedresourcev2"),
            ["fromAddress": .address(owner), "toAddress": .address(receiver)]
        )
        return (answer?.delegatedResource ?? []).map { DelegationShown($0) }
    }

    /// Who delegates to `address` and to whom it delegates.
    public func delegationIndex(
        of address: TronAddress,
        in view: StateView = .head
    ) async throws(NodeError) -> DelegationIndex {
        let answer = try await ask(
            WireDelegationIndex.self,
            view.path("getdelegatedresourceaccountindexv2"),
            ["value": .address(address)]
        )
        return DelegationIndex(
            from: (answer?.fromAccounts ?? []).map(\.value),
            to: (answer?.toAccounts ?? []).map(\.value)
        )
    }

    /// The most stake that `owner` may delegate now; zero when less than 1 TRX.
    public func maximumDelegation(
        of owner: TronAddress,
        _ resource: Resource,
        in view: StateView = .head
    ) async throws(NodeError) -> Sun {
        let answer = try await ask(
            WireMaximum.self,
            view.path("getcandelegatedmaxsize"),
            ["owner_address": .address(owner), "type": .number(Int64(resource.rawValue))]
        )
        return Sun(wire: answer?.max_size)
    }

    /// How many more times `owner` may begin to unstake; at most 32 wait at once.
    public func availableUnfreezes(
        of owner: TronAddress,
        in view: StateView = .head
    ) async throws(NodeError) -> Int64 {
        let answer = try await ask(
            WireCount.self,
            view.path("getavailableunfreezecount"),
            ["owner_address": .address(owner)]
        )
        return answer?.count ?? 0
    }

    /// TRX of `owner` whose unstaking is over at `time` and that waits to be withdrawn.
    public func withdrawableUnfreeze(
        of owner: TronAddress,
        at time: Timestamp,
        in view: StateView = .head
    ) async throws(NodeError) -> Sun {
        let answer = try await ask(
            WireAmount.self,
            view.path("getcanwithdrawunfreezeamount"),
            ["owner_address": .address(owner), "timestamp": .number(time.milliseconds)]
        )
        return Sun(wire: answer?.amount)
    }
}

/// Stake that one account has delegated to another, as a node shows it. Locked and unlocked stake are separate records.
public struct DelegationShown: Sendable, Hashable {
    /// Whose stake.
    public var owner: TronAddress
    /// Who uses it.
    public var receiver: TronAddress
    /// Stake of each resource.
    public var stake: PerResource<Sun>
    /// Until when each is locked; `nil` when it is not.
    public var expires: PerResource<Timestamp?>
}

/// Both directions of an account's delegations.
public struct DelegationIndex: Sendable, Hashable {
    /// Who delegates to it.
    public var from: [TronAddress]
    /// To whom it delegates.
    public var to: [TronAddress]
}

private struct WireDelegations: Decodable {
    struct Record: Decodable {
        var from: WireAddress
        var to: WireAddress
        var frozen_balance_for_bandwidth: Int64?
        var frozen_balance_for_energy: Int64?
        var expire_time_for_bandwidth: Int64?
        var expire_time_for_energy: Int64?
    }

    var delegatedResource: [Record]?
}

private struct WireDelegationIndex: Decodable {
    var fromAccounts: [WireAddress]?
    var toAccounts: [WireAddress]?
}

private struct WireMaximum: Decodable { var max_size: Int64? }
private struct WireCount: Decodable { var count: Int64? }
private struct WireAmount: Decodable { var amount: Int64? }

extension DelegationShown {
    fileprivate init(_ wire: WireDelegations.Record) {
        owner = wire.from.value
        receiver = wire.to.value
        stake = PerResource(
            bandwidth: Sun(wire: wire.frozen_balance_for_bandwidth),
            energy: Sun(wire: wire.frozen_balance_for_energy)
        )
        expires = PerResource(
            bandwidth: Timestamp(wire: wire.expire_time_for_bandwidth),
            energy: Timestamp(wire: wire.expire_time_for_energy)
        )
    }
}
