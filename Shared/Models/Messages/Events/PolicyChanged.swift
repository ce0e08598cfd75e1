/// `policy.changed.v1`: somebody has changed the registry: a partner, its terms or policy, a wallet, pool or supplier.
///
/// Told in the order of the changes, once each. What holds now is read from the registry's views: an event may be late.
public struct PolicyChanged: Message, Equatable {
    /// An event for the house, bound to no partner; the routing key is `policy.changed`.
    public static let name = MessageName.event("policy.changed")

    /// The entry of the audit log; a later change has a higher one.
    public var entry: Int64
    /// When it was changed.
    public var at: Timestamp
    /// Who did it.
    public var actor: String
    /// What was done: `partner.terms`, `supplier.rank`, `house.policy`, `wallet.add` ….
    public var action: String
    /// What it was done to: a partner, pool or supplier by its name, a wallet by its address, or `house`.
    public var subject: String
    /// The particulars by name, as text; those that were taken away have none.
    public var detail: [String: String?]

    /// Takes the fields as they are; nothing is checked.
    public init(
        entry: Int64,
        at: Timestamp,
        actor: String,
        action: String,
        subject: String,
        detail: [String: String?]
    ) {
        self.entry = entry
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
    }
}
