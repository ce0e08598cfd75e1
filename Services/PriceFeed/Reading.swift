internal import Models
internal import Planning

/// What one look at a source has brought.
enum Reading: Sendable {
    case trx(PriceSource, USDPerTRX, at: Timestamp?)
    case justLend(JustLendSnapshot)
    /// Prices of energy that suppliers have quoted.
    case suppliers([EnergyPrice])
    case chain(ChainConditions, BlockUse?)
}

/// One look at a source, with its outcome.
struct Look: Sendable {
    /// As stored: `binance`, `justlend`, `suppliers`, `chain`.
    var source: String
    var outcome: Result<Reading, PriceFault>
    /// Failures in a row before this look.
    var failures: Int
}
