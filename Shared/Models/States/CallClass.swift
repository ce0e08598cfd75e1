/// Whether who receives tokens holds some already. DOMAIN 1.4: a new holder costs a storage slot, about twice the energy.
public enum RecipientClass: String, Codable, Sendable, Hashable, CaseIterable {
    /// Its balance of USDT is above zero.
    case holder
    /// Its balance is zero, whether or not it ever held any.
    case newHolder = "new_holder"
}

/// Whether an approval takes a storage slot.
public enum ApprovalClass: String, Codable, Sendable, Hashable, CaseIterable {
    /// Nothing was allowed before: a slot is written for the first time.
    case first
    /// An allowance is taken back. (Tether lets an allowance be changed by way of zero alone.)
    case change
}

/// Whether taking from an allowance changes it.
public enum AllowanceClass: String, Codable, Sendable, Hashable, CaseIterable {
    /// What is taken is taken off.
    case limited
    /// 2^256 - 1, which stays as it is.
    case unlimited
}

/// What decides the energy of a call of the token, besides the contract's factor.
public enum CallClass: Sendable, Hashable {
    /// `transfer(address,uint256)`.
    case transfer(RecipientClass)
    /// `approve(address,uint256)`.
    case approve(ApprovalClass)
    /// `transferFrom(address,address,uint256)`, paid for by the spender.
    case transferFrom(RecipientClass, AllowanceClass)
}
