public import Models

/// What one call of the token needs of its sender.
public struct Need: Sendable, Hashable {
    /// With margin over the simulation.
    public var energy: Energy
    /// The signed transaction's bytes and 64 more (DOMAIN 1.4): all of them from one kind of bandwidth, or all burnt
    /// for.
    public var bandwidth: Bandwidth
    /// The contract's dynamic factor that ``energy`` was simulated under, in ten-thousandths; `nil` where that is not known.
    public var factor: Int64?

    /// Energy with the margin already added: ``NeedTable/withMargin(_:)``.
    public init(energy: Energy, bandwidth: Bandwidth, factor: Int64? = nil) {
        self.energy = energy
        self.bandwidth = bandwidth
        self.factor = factor
    }

    /// The same need under another factor, rounded up; `nil` where the one it was simulated under is not known.
    ///
    /// The dynamic energy model makes every unit of the contract dearer alike (DOMAIN 1.4), so that no simulation is needed.
    public func under(factor other: Int64) -> Need? {
        guard let factor, factor >= 0, other >= 0 else { return nil }
        let unit = Self.factorUnit
        guard let scaled = scaledUp(energy.rawValue, by: unit + other, over: unit + factor) else { return nil }
        return Need(energy: Energy(scaled), bandwidth: bandwidth, factor: other)
    }

    /// Whether a promise of this need would not do for the other: what it lacks is more than the margin it has.
    public func lacks(for other: Need) -> Bool {
        (scaledUp(energy.rawValue, by: 1000 + NeedTable.usualMargin, over: 1000) ?? .max) < other.energy.rawValue
    }

    /// What a factor of one is in the chain's unit.
    public static let factorUnit: Int64 = 10_000
}

extension CallClass {
    /// Bytes that a call of this class takes, signed once: its length plus 64 (DOMAIN 1.4). `transferFrom` has an argument
    /// more.
    public var bandwidth: Bandwidth {
        switch self {
        case .transfer, .approve: NeedTable.transferBandwidth
        case .transferFrom: Bandwidth(378)
        }
    }
}

/// Simulated needs by contract factor and class of call, and the recipients whose class is known.
///
/// Pure and bounded. Forget what a new factor makes wrong with ``setFactor(_:)``, what a transfer makes wrong with
/// ``learn(_:is:)``.
public struct NeedTable: Sendable {
    /// Bytes a signed TRC-20 transfer of one signature takes: its length plus 64 (DOMAIN 1.4).
    public static let transferBandwidth = Bandwidth(345)

    /// How much more than simulated is reserved, in thousandths, unless said otherwise.
    public static let usualMargin: Int64 = 10

    /// How much more than simulated is reserved, in thousandths.
    public let marginPerMille: Int64
    private let capacity: Int
    /// The contract's dynamic factor as last read, in ten-thousandths; every energy here was simulated under it.
    public private(set) var factor: Int64?
    private var energyByClass: [CallClass: Energy] = [:]
    private var classes: [TronAddress: RecipientClass] = [:]
    private var previous: [TronAddress: RecipientClass] = [:]

    /// - Parameters:
    ///   - marginPerMille: reserved over the simulation, in thousandths.
    ///   - capacity: how many recipients are remembered at least; at most twice as many.
    public init(marginPerMille: Int64 = NeedTable.usualMargin, capacity: Int = 200_000) {
        self.marginPerMille = marginPerMille
        self.capacity = capacity
    }

    /// The contract's dynamic energy factor; a new one forgets every simulated energy.
    public mutating func setFactor(_ value: Int64) {
        if factor != value { energyByClass.removeAll() }
        factor = value
    }

    /// What a simulation of a call of that class said, without margin. The highest one seen counts.
    public mutating func learn(_ energy: Energy, for callClass: CallClass) {
        energyByClass[callClass] = max(energy, energyByClass[callClass] ?? .zero)
    }

    /// Remembers a recipient's class, as read or as a transfer has changed it.
    public mutating func learn(_ recipient: TronAddress, is recipientClass: RecipientClass) {
        if classes.count >= capacity {
            previous = classes
            classes = [:]
        }
        classes[recipient] = recipientClass
    }

    /// Forgets a recipient whose balance may have become zero.
    public mutating func forget(_ recipient: TronAddress) {
        classes[recipient] = nil
        previous[recipient] = nil
    }

    /// Forgets every recipient, after blocks were missed.
    public mutating func forgetRecipients() {
        classes = [:]
        previous = [:]
    }

    /// The class as remembered.
    public func recipientClass(of recipient: TronAddress) -> RecipientClass? {
        classes[recipient] ?? previous[recipient]
    }

    /// The energy simulated for a class, without margin.
    public func simulated(_ callClass: CallClass) -> Energy? { energyByClass[callClass] }

    /// What a transfer to the recipient needs; `nil` when that has to be simulated first.
    public func need(for recipient: TronAddress) -> Need? {
        recipientClass(of: recipient).flatMap { need(for: .transfer($0)) }
    }

    /// What a call of that class needs; `nil` when that has to be simulated first.
    public func need(for callClass: CallClass) -> Need? {
        energyByClass[callClass].map { need(simulated: $0, for: callClass) }
    }

    /// What a call of that class needs for which a simulation has said so much.
    public func need(simulated energy: Energy, for callClass: CallClass) -> Need {
        Need(energy: withMargin(energy), bandwidth: callClass.bandwidth, factor: factor)
    }

    /// A simulated energy with the margin, rounded up.
    public func withMargin(_ energy: Energy) -> Energy {
        Energy(scaledUp(energy.rawValue, by: 1000 + marginPerMille, over: 1000) ?? energy.rawValue)
    }
}
