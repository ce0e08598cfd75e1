internal import Models
internal import Storage

/// The price feed's read views.
enum PriceStore {
    /// What energy from a source cost when the feed last had a good value; `nil` before that.
    static func energy(from source: String, in connection: some PostgresQuerying) async throws -> SunPerEnergy? {
        try await connection.query("SELECT price FROM prices.v1_energy WHERE source = \(source)", as: Int64.self).first
            .map { SunPerEnergy(rawValue: $0) }
    }
}
