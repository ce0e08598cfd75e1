public import Models

/// Somebody who delegates energy for money.
///
/// An adapter speaks one supplier's protocol and nothing else: it stores nothing, repeats no purchase by itself, and
/// decides nothing. The caller stores what ``prepare(_:)`` returns before ``place(_:)``, and looks a purchase of
/// unknown outcome up before it buys anything else.
///
/// What a fault means depends on the call. Nothing was bought when ``quote(_:)`` or ``prepare(_:)`` fail. When
/// ``place(_:)`` fails, its stage and code tell: `notSent` means that nothing was bought, `sent` that nobody knows,
/// `answered` depends on the code (a refusal is definite, a `server_error` or a `bad_answer` is not).
public protocol Supplier: Sendable {
    /// The name under which it is registered.
    var id: SupplierID { get }

    /// What is known of it without asking.
    var terms: SupplierTerms { get }

    /// What it would ask now. Binds nobody.
    func quote(_ demand: EnergyDemand) async throws(SupplierFault) -> SupplierQuote

    /// Builds and signs everything that has to be stored before it is sent, and checks that the price still holds.
    ///
    /// Nothing outside changes. A fault here always means that nothing was bought.
    /// - Throws: `price_changed` when the order would cost more than ``SupplierOrder/maximumTotal``.
    func prepare(_ order: SupplierOrder) async throws(SupplierFault) -> PreparedPurchase

    /// Buys, or gives back, what was prepared. Given the same purchase again it never buys twice, and says how the
    /// first one stands.
    ///
    /// Where ``SupplierTerms/idempotentCreate`` is false, an adapter looks the purchase up first; the supplier may
    /// nevertheless still be working at an earlier call, so wait ``SupplierTerms/lookupDelay`` after one of unknown
    /// outcome.
    func place(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport

    /// How a purchase stands.
    /// - Returns: `nil` when the supplier says that it has never heard of it. After a call of unknown outcome that is
    ///   to be believed only when ``SupplierTerms/lookupDelay`` has passed; where the payment goes over the chain, it never
    ///   proves that the payment is dead.
    /// - Throws: `not_offered` when the supplier cannot be asked for what is known of the purchase; see
    ///   ``SupplierTerms/lookup``.
    func find(_ purchase: PreparedPurchase) async throws(SupplierFault) -> OrderReport?

    /// Our prepaid balance.
    /// - Returns: `nil` where orders are paid on chain.
    func balance() async throws(SupplierFault) -> Sun?

    /// Prepares to end a rental before its time, to be stored and placed like a purchase.
    /// - Returns: `nil` where energy ends by itself.
    func giveBack(_ purchase: PreparedPurchase) async throws(SupplierFault) -> PreparedPurchase?

    /// Stake that stands for a purchase now, where the supplier is a contract that delegates without transactions of its own.
    /// - Returns: `nil` where delegations are transactions, which anybody can read.
    func standing(_ purchase: PreparedPurchase) async throws(SupplierFault) -> Sun?
}

extension Supplier {
    /// Delegations are transactions.
    public func standing(_ purchase: PreparedPurchase) async throws(SupplierFault) -> Sun? { nil }

    /// Energy ends by itself.
    public func giveBack(_ purchase: PreparedPurchase) async throws(SupplierFault) -> PreparedPurchase? { nil }
}
