internal import ChainModel
public import Models

extension TronNode {
    /// What decides the energy of a token call at the node's present state: what the recipient has, what is allowed.
    /// - Parameter caller: who signs and pays with energy; of a `transferFrom` the spender.
    /// - Returns: `nil` for a call that only reads.
    public func callClass(
        of call: TRC20Call,
        by caller: TronAddress,
        token: TronAddress
    ) async throws(NodeError) -> CallClass? {
        switch call {
        case .transfer(let recipient, _): return .transfer(try await recipientClass(recipient, token))
        case .approve(let spender, let amount):
            let before = try await allowance(from: caller, to: spender, token: token)
            return .approve(before == .zero && amount != .zero ? .first : .change)
        case .transferFrom(let sender, let recipient, _):
            let allowed = try await allowance(from: sender, to: caller, token: token)
            return .transferFrom(
                try await recipientClass(recipient, token),
                allowed == .maximum ? .unlimited : .limited
            )
        case .balanceOf, .allowance: return nil
        }
    }

    private func recipientClass(
        _ recipient: TronAddress,
        _ token: TronAddress
    ) async throws(NodeError) -> RecipientClass {
        try await tokenBalance(of: recipient, token: token) > .zero ? .holder : .newHolder
    }
}
