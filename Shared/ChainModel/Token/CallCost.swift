/// What a contract call costs before and after the contract's dynamic factor.
///
/// The virtual machine multiplies operation by operation and cuts each product to a whole number, so that many cheap
/// operations cost a little less than the factor says: a USDT transfer of base 14,650 costs 64,285 at factor 3.4, not
/// 64,460. Hence the operations of 1, 2 and 3 energy are counted apart.
public struct CallCost: Sendable, Hashable {
    /// Operations of one energy.
    public var ones: Int64
    /// Operations of two energy.
    public var twos: Int64
    /// Operations of three energy.
    public var threes: Int64
    /// The energy of all others, which multiply without loss.
    public var others: Int64

    /// Operations of one, two and three energy, and the energy of all others.
    public init(ones: Int64, twos: Int64, threes: Int64, others: Int64) {
        self.ones = ones
        self.twos = twos
        self.threes = threes
        self.others = others
    }

    /// Energy at factor 0.
    public var base: Int64 { ones + 2 * twos + 3 * threes + others }

    /// Energy at a factor in ten-thousandths.
    public func energy(factor: Int64) -> Int64 {
        func multiplied(_ cost: Int64) -> Int64 { cost * (DynamicEnergy.one + factor) / DynamicEnergy.one }
        return ones * multiplied(1) + twos * multiplied(2) + threes * multiplied(3) + multiplied(others)
    }

    /// This call and then that.
    public static func + (a: CallCost, b: CallCost) -> CallCost {
        CallCost(ones: a.ones + b.ones, twos: a.twos + b.twos, threes: a.threes + b.threes, others: a.others + b.others)
    }

    /// Writing a new slot rather than an old one.
    static let newSlot = CallCost(ones: 0, twos: 0, threes: 0, others: 15_000)
    /// A transfer to an account that holds some: 14,650.
    static let transfer = CallCost(ones: 60, twos: 80, threes: 435, others: 13_125)
    /// What `transferFrom` does beyond a transfer where the allowance has no limit: it is read and stays as it is.
    static let allowanceRead = CallCost(ones: 8, twos: 12, threes: 48, others: 220)
    /// The same with a limit: the allowance is read and written.
    static let allowanceCheck = CallCost(ones: 10, twos: 15, threes: 60, others: 5220)
    /// An approval that replaces another.
    static let approve = CallCost(ones: 30, twos: 45, threes: 230, others: 6840)
    /// A read of one value.
    static let view = CallCost(ones: 20, twos: 40, threes: 150, others: 385)
    /// What runs before a call reverts.
    static let revert = CallCost(ones: 40, twos: 60, threes: 300, others: 1600)
}
