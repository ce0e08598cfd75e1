internal import Models
internal import Planning
internal import Storage

/// What was bought from suppliers, for people.
enum PurchaseView {
    /// One purchase.
    struct Purchase: Codable, Sendable {
        var at: Timestamp
        var supplier: String
        /// Our name for it there.
        var key: String
        var wallet: TronAddress
        var state: String
        var ordered: Energy
        /// What the chain showed of it last.
        var onChain: Energy
        var quoted: Sun
        /// `nil` while it is not known.
        var charged: Sun?
        var refunded: Sun
        /// What is wanted back and did not come yet.
        var owed: Sun
        var payment: TransactionID?
        /// From placing it until the chain showed all of it.
        var timeToChain: Int64?
        var expiresAt: Timestamp?
        var reason: String?

        enum CodingKeys: String, CodingKey {
            case at, supplier, wallet, state, reason
            case key = "order_key"
            case ordered = "ordered_energy"
            case onChain = "energy"
            case quoted = "quoted_sun"
            case charged = "charged_sun"
            case refunded = "refunded_sun"
            case owed = "owed_sun"
            case payment = "payment_txid"
            case timeToChain = "time_to_chain_ms"
            case expiresAt = "expires_at"
        }
    }

    /// The newest, newest first.
    /// - Parameters:
    ///   - supplier: of this one alone.
    ///   - state: those in this state alone.
    static func newest(
        _ limit: Int,
        of supplier: SupplierID?,
        in state: PurchaseState?,
        on connection: some PostgresQuerying
    ) async throws -> [Purchase] {
        try await connection.query(
            """
            SELECT created_at, supplier_id, order_key, wallet, state, ordered_energy, energy, quoted_sun, charged_sun,
                   refunded_sun, owed_sun, payment_txid,
                   (extract(epoch FROM proven_at - placed_at) * 1000)::bigint, expires_at, reason
              FROM allocator.v1_purchase
             WHERE (\(supplier?.rawValue)::text IS NULL OR supplier_id = \(supplier?.rawValue))
               AND (\(state?.rawValue)::text IS NULL OR state = \(state?.rawValue))
             ORDER BY created_at DESC, acquisition_id DESC LIMIT \(limit)
            """,
            as: (
                Timestamp, String, String, TronAddress, String, Energy, Energy, Sun, Sun?, Sun, Sun, TransactionID?,
                Int64?,
                Timestamp?, String?
            ).self
        ).map {
            Purchase(
                at: $0.0,
                supplier: $0.1,
                key: $0.2,
                wallet: $0.3,
                state: $0.4,
                ordered: $0.5,
                onChain: $0.6,
                quoted: $0.7,
                charged: $0.8,
                refunded: $0.9,
                owed: $0.10,
                payment: $0.11,
                timeToChain: $0.12,
                expiresAt: $0.13,
                reason: $0.14
            )
        }
    }
}
