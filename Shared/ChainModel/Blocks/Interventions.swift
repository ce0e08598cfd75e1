public import Models

/// Why a change from outside the protocol is not possible.
public struct InterventionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was wrong.
    public let description: String

    /// What was wrong.
    public init(_ description: String) { self.description = description }
}

/// Changes that no transaction could make, for setting up tests. All keep the sums of ``ChainState/violations()``.
extension Blockchain {
    /// All TRX that may ever be issued here; keeps sums far from the end of 64 bits.
    public static let issueLimit = Sun(1_000_000_000_000_000_000)

    /// Gives TRX and tokens out of nothing and creates the account when there is none.
    public mutating func fund(
        _ address: TronAddress,
        _ amount: Sun,
        tokens: Int64 = 0
    ) throws(InterventionError) {
        try Self.check(amount, head)
        guard tokens >= 0, tokens < 1_000_000_000_000_000_000, head.token.totalSupply < 4_000_000_000_000_000_000 else {
            throw InterventionError("tokens must be between 0 and 10^18 units")
        }
        intervene { state in
            var account = state.account(address) ?? Account(address, created: state.now)
            account.balance += amount
            state.put(account)
            state.issued += amount
            if tokens > 0 { state.token.mint(tokens, to: address) }
        }
    }

    /// Gives stake out of nothing and creates the account when there is none.
    public mutating func stake(
        _ address: TronAddress,
        _ resource: Resource,
        _ amount: Sun
    ) throws(InterventionError) {
        try Self.check(amount, head)
        intervene { state in
            var account = state.account(address) ?? Account(address, created: state.now)
            state.changeStake(of: &account, resource, by: amount)
            state.put(account)
            state.issued += amount
        }
    }

    /// Adds to an account's voting rewards.
    public mutating func reward(_ address: TronAddress, _ amount: Sun) throws(InterventionError) {
        try Self.check(amount, head)
        try Self.checkExists(address, head)
        intervene { state in
            guard state.account(address) != nil else { return }
            state.change(address) { $0.allowance += amount }
            state.issued += amount
        }
    }

    /// Replaces an account's permissions without signature or fee. `owner` stays as it is when `nil`.
    public mutating func setPermissions(
        of address: TronAddress,
        owner: Permission?,
        actives: [Permission]
    ) throws(InterventionError) {
        try Self.checkExists(address, head)
        guard !actives.isEmpty, actives.count <= 8 else { throw InterventionError("one to eight active permissions") }
        guard owner.map({ $0.kind == .owner }) ?? true, actives.allSatisfy({ $0.kind == .active }) else {
            throw InterventionError("a permission of the wrong type")
        }
        for permission in actives + (owner.map { [$0] } ?? []) {
            do {
                try head.check(permission)
            } catch {
                throw InterventionError(error.reason)
            }
        }
        intervene { state in
            guard let account = state.account(address) else { return }
            state.setPermissions(of: address, owner: owner ?? account.owner, actives: actives)
        }
    }

    /// Replaces the chain's parameters; changed prices enter their histories.
    public mutating func setParameters(_ parameters: ChainParameters) throws(InterventionError) {
        if let problem = parameters.problem { throw InterventionError(problem) }
        intervene { $0.set(parameters) }
    }

    /// Sets the token's dynamic factor in ten-thousandths.
    /// - Parameter followsUse: whether maintenance moves it from there.
    public mutating func setEnergyFactor(_ factor: Int64, followsUse: Bool) throws(InterventionError) {
        guard (0...1_000_000).contains(factor) else { throw InterventionError("factor must be between 0 and 1000000") }
        intervene { state in
            state.token.energyFactor = factor
            state.token.factorFollowsUse = followsUse
        }
    }

    /// Replaces the terms of the rental market; what has been rented keeps running, at the new rate.
    public mutating func setRentalTerms(_ terms: RentalTerms) throws(InterventionError) {
        if let problem = terms.problem { throw InterventionError(problem) }
        guard head.rentals != nil else { throw InterventionError("there is no rental market") }
        intervene { state in
            state.accrueRent()
            state.rentals?.terms = terms
        }
    }

    /// Sets the network's whole weight, in TRX: others stake or unstake until it is reached.
    public mutating func setTotalWeight(_ resource: Resource, _ weight: Int64) throws(InterventionError) {
        guard weight >= head.ownWeight[resource], weight <= 1_000_000_000_000 else {
            throw InterventionError("weight must be between \(head.ownWeight[resource]) (staked here) and 10^12")
        }
        let foreign = weight - head.ownWeight[resource]
        intervene { $0.foreignWeight[resource] = foreign }
    }

    /// Enters a governance proposal that takes effect at the first maintenance after `expires`.
    public mutating func propose(
        _ parameters: [Int64: Int64],
        expires: Timestamp
    ) throws(InterventionError) {
        guard !parameters.isEmpty, parameters.keys.allSatisfy({ ChainParameters.numbered[$0] != nil }) else {
            throw InterventionError("parameters must be some of \(ChainParameters.numbered.keys.sorted())")
        }
        var changed = head.parameters
        for (number, value) in parameters {
            if let path = ChainParameters.numbered[number] { changed[keyPath: path] = value }
        }
        if let problem = changed.problem { throw InterventionError(problem) }
        guard head.proposals.count < 1000 else { throw InterventionError("a thousand proposals are enough") }
        let proposal = Proposal(
            id: Int64(head.proposals.count + 1),
            proposer: head.witnesses.first ?? head.token.creator,
            parameters: parameters,
            expires: expires,
            created: head.now,
            state: .pending
        )
        intervene { $0.proposals.append(proposal) }
    }

    private static func check(_ amount: Sun, _ state: ChainState) throws(InterventionError) {
        guard amount >= .zero, let issued = state.issued.adding(amount), issued <= issueLimit else {
            throw InterventionError("an amount of TRX must not be negative, nor all of them more than 10^12 TRX")
        }
    }

    private static func checkExists(_ address: TronAddress, _ state: ChainState) throws(InterventionError) {
        guard state.account(address) != nil else { throw InterventionError("\(address) is not activated") }
    }
}
