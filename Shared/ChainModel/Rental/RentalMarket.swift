internal import HashTreeCollections
public import Models

/// A contract that rents out energy the way JustLend DAO's Energy Rental does: it delegates its own stake to a receiver
/// for as long as the renter's deposit lasts.
///
/// The pool is the stake of the contract's own account, the deposits are part of its balance. One rental per renter and
/// receiver. Energy only.
public struct RentalMarket: Sendable {
    /// Who rents for whom.
    public struct Key: Sendable, Hashable, Comparable {
        /// Who pays.
        public let renter: TronAddress
        /// Who gets the energy.
        public let receiver: TronAddress

        /// Who pays, and who gets the energy.
        public init(renter: TronAddress, receiver: TronAddress) {
            self.renter = renter
            self.receiver = receiver
        }

        /// By renter, then receiver.
        public static func < (a: Self, b: Self) -> Bool { (a.renter, a.receiver) < (b.renter, b.receiver) }
    }

    /// One rental, as of when the index was ``index``.
    public struct Rental: Sendable, Hashable {
        /// Stake delegated to the receiver.
        public var stake = Sun.zero
        /// What is left of what was paid in.
        public var deposit = Sun.zero
        /// The market's index then.
        public var index: Int64 = 0
    }

    /// Where it lives.
    public let address: TronAddress
    /// Who created it.
    public let creator: TronAddress
    /// Who gets the reward when a block ends a rental whose deposit has run down.
    public let liquidator: TronAddress
    /// Its settings.
    public internal(set) var terms: RentalTerms
    /// Rent of one sun since the beginning, in 10^-18 sun.
    public private(set) var index: Int64 = 0
    /// When the index was last brought up to date, in seconds.
    public private(set) var updated: Int64
    /// The rental rate's moving average, in 10^-18 sun per sun and second.
    public private(set) var stableRate: Int64
    /// All stake rented out.
    public internal(set) var rented = Sun.zero
    /// Rent and usage charges earned; stays in the contract.
    public internal(set) var income = Sun.zero
    /// Rent that no deposit was left for.
    public internal(set) var badDebt = Sun.zero
    private var byKey = TreeDictionary<Key, Rental>()

    /// A market without rentals. Its pool is the stake its account is given.
    public init(
        address: TronAddress,
        creator: TronAddress,
        liquidator: TronAddress,
        terms: RentalTerms = RentalTerms(),
        at now: Timestamp
    ) {
        self.address = address
        self.creator = creator
        self.liquidator = liquidator
        self.terms = terms
        updated = now.milliseconds / 1000
        stableRate = terms.baseRate
    }

    /// A rental as it was last written down, or `nil`.
    public func rental(_ key: Key) -> Rental? { byKey[key] }

    /// Every rental, in no order.
    public var rentals: [(key: Key, rental: Rental)] { byKey.map { (key: $0.key, rental: $0.value) } }

    /// Stores a rental, or removes it when no stake is left.
    mutating func store(_ rental: Rental, _ key: Key) {
        rented += rental.stake - (byKey[key]?.stake ?? .zero)
        byKey[key] = rental.stake > .zero ? rental : nil
    }

    /// Brings index and stable rate up to `now`, at the rate of the pool as it has been since the last time.
    mutating func accrue(to now: Timestamp, pool: Sun) {
        let seconds = now.milliseconds / 1000 - updated
        guard seconds > 0 else { return }
        let rate = terms.rate(rented: rented, of: pool)
        let (growth, tooMuch) = rate.multipliedReportingOverflow(by: seconds)
        let (sum, overflow) = index.addingReportingOverflow(growth)
        index = tooMuch || overflow ? Int64.max : sum
        let step = min(seconds, RentalTerms.smoothing)
        stableRate += scaledDown(rate - stableRate, by: step, over: RentalTerms.smoothing) ?? 0
        updated += seconds
    }

    /// What is left of a rental's deposit now, and the rent it owes beyond that. The market has been accrued.
    func settled(_ rental: Rental) -> (rental: Rental, rent: Sun, missing: Sun) {
        let owed = RentalTerms.rent(of: rental.stake, index: index - rental.index) ?? Sun(Int64.max)
        let rent = min(owed, rental.deposit)
        var after = rental
        after.deposit -= rent
        after.index = index
        return (after, rent, owed - rent)
    }
}
