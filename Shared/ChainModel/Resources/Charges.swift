public import Models

/// What pays for a transaction's bytes. All or nothing: one source covers every byte.
///
/// Source: java-tron `BandwidthProcessor.consume`.
public enum BandwidthCharge: Sendable, Hashable {
    /// Staked or delegated bandwidth.
    case staked(Int64)
    /// The free daily allowance.
    case free(Int64)
    /// TRX burnt for all bytes.
    case burnt(Sun)
    /// Neither bandwidth nor balance suffices: `BANDWITH_ERROR`.
    case unaffordable(Sun)

    /// Decides which source pays.
    /// - Parameters:
    ///   - bytes: size of the transaction without `ret`, plus 64.
    ///   - stakedLeft: limit from stake less usage, now.
    ///   - freeLeft: free allowance less its usage, now.
    ///   - pricePerByte: chain parameter `getTransactionFee`.
    public static func of(
        bytes: Int64,
        stakedLeft: Int64,
        freeLeft: Int64,
        balance: Sun,
        pricePerByte: Int64
    ) -> BandwidthCharge {
        if bytes <= stakedLeft { return .staked(bytes) }
        if bytes <= freeLeft { return .free(bytes) }
        let fee = Sun(bytes * pricePerByte)
        return balance >= fee ? .burnt(fee) : .unaffordable(fee)
    }

    /// What a node adds to the bytes of each transaction for its result.
    public static let resultBytes: Int64 = 64
}

/// How much energy a contract call may consume and who pays for what it did consume.
///
/// Source: java-tron `VMActuator.getAccountEnergyLimitWithFixRatio` and `ReceiptCapsule.payEnergyBill`.
public enum EnergyBudget {
    /// The most energy a call may consume:
    /// `min(stakedLeft + (balance − callValue)/price, feeLimit/price)`. The fee limit caps staked energy too.
    public static func limit(stakedLeft: Int64, balance: Sun, callValue: Sun, feeLimit: Sun, price: Int64) -> Int64 {
        let price = price > 0 ? price : 100
        let affordable = max(0, stakedLeft) + (balance - callValue).clamped.rawValue / price
        return min(affordable, feeLimit.rawValue / price)
    }

    /// The least fee limit under which a call of `energy` units can succeed, even if all of it is staked.
    public static func feeLimit(covering energy: Int64, price: Int64) -> Sun? {
        let (product, overflow) = energy.multipliedReportingOverflow(by: price)
        return overflow ? nil : Sun(product)
    }

    /// Splits consumed energy: staked energy pays first, the rest is burnt at `price`.
    public static func bill(used: Int64, stakedLeft: Int64, price: Int64) -> (staked: Int64, burnt: Sun) {
        let staked = min(used, max(0, stakedLeft))
        return (staked, Sun((used - staked) * (price > 0 ? price : 100)))
    }
}
