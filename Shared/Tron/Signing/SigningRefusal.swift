public import ChainModel
public import Models

/// Which rule a transaction breaks. Signing it again changes nothing.
public enum SigningRefusal: Error, Sendable, Hashable {
    /// This kind of contract is not allowed.
    case contract(ContractType)
    /// Not for this account.
    case owner(TronAddress)
    /// Not to this account.
    case destination(TronAddress)
    /// More TRX or stake than one transaction may move, or less than none.
    case amount(Sun, maximum: Sun)
    /// A contract that may not be called.
    case token(TronAddress)
    /// Call data that is no transfer or approval in canonical form, or TRX or other tokens sent along.
    case call
    /// More of a token than one transaction may move; `nil` when it does not even fit 63 bits.
    case tokenAmount(TokenAmount?, maximum: TokenAmount)
    /// A fee limit above the highest allowed, or below zero.
    case feeLimit(Sun, maximum: Sun)
    /// Another permission than the signer's.
    case permission(Int, expected: Int)
    /// A delegation that would be locked.
    case lock
    /// A memo.
    case memo

    /// Never: the rules of a signer are fixed.
    public var isRetriable: Bool { false }
}
