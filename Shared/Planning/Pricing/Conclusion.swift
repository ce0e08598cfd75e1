public import Models

/// How a charged withdrawal ended, as far as its charge is concerned.
public enum ChargedEnd: Sendable, Equatable, CaseIterable {
    /// Its transfer is in a solid block, sent in time.
    case settled
    /// The same, but its transfer came after `not_after`.
    case settledLate
    /// Its transfer is in a solid block and failed: what it used is used.
    case transferFailed
    /// It was ready, and no transfer came.
    case notSent
    /// It was ready, and the upstream says that it sent nothing.
    case givenUp
    /// The upstream took it back.
    case cancelled
    /// Its deadline passed without its being ready.
    case expired
    /// The house could not keep its promise.
    case broken
}

/// What became of the energy that was promised to a withdrawal.
public enum EnergyFate: Sendable, Equatable, CaseIterable {
    /// Its own transfer used it.
    case used
    /// Others were promised it, or it went back to its pool in time.
    case reused
    /// Nobody used it: rented energy expired, or a block of it stood idle.
    case wasted
}

/// How a charge is to be ended in the ledger.
public enum ChargeConclusion: Sendable, Equatable {
    /// All of it is earned.
    case complete
    /// So much goes back to whoever paid; it may be nothing. What is kept is the second figure.
    case refund(Sun, kept: Sun)
}

/// Ends a charge by the partner's rule (DESIGN 5).
///
/// | end | `if_not_reused` | `always` | `never` |
/// |---|---|---|---|
/// | settled, transfer failed | all kept | all kept | all kept |
/// | settled late, energy used or wasted | all kept | all kept | all back |
/// | settled late, energy reused | activation, bandwidth and fee kept | all kept | all back |
/// | not sent, given up, energy wasted | energy and activation kept | all but bandwidth kept | all back |
/// | not sent, given up, energy reused | activation kept | all but bandwidth kept | all back |
/// | cancelled, expired, broken | all back | all back | all back |
///
/// Of the margin, the share of what is kept of the base cost is kept, rounded up: never more than was charged.
/// An activation is kept only if it was made: it cannot be undone.
/// - Parameters:
///   - sheet: what was charged.
///   - activated: whether the account that was paid for was activated.
/// - Throws: ``PricingError`` when the sheet has figures that no pricing makes.
public func concludeCharge(
    _ sheet: CostSheet,
    end: ChargedEnd,
    energy fate: EnergyFate,
    activated: Bool,
    rule: ChargeRule
) throws(PricingError) -> ChargeConclusion {
    switch end {
    case .settled, .transferFailed: return .complete
    case .cancelled, .expired, .broken: return try sheet.keeping([])
    case .settledLate:
        switch rule {
        case .always: return .complete
        case .never: return try sheet.keeping([])
        case .ifNotReused:
            guard fate == .reused else { return .complete }
            return try sheet.keeping(activated ? [.activation, .bandwidth, .fee] : [.bandwidth, .fee])
        }
    case .notSent, .givenUp:
        let activation: Kept = activated ? .activation : []
        switch rule {
        case .always: return try sheet.keeping([.energy, .fee, activation])
        case .never: return try sheet.keeping([])
        case .ifNotReused: return try sheet.keeping(fate == .reused ? activation : [.energy, activation])
        }
    }
}

private struct Kept: OptionSet {
    var rawValue: UInt8

    static let energy = Kept(rawValue: 1)
    static let bandwidth = Kept(rawValue: 2)
    static let activation = Kept(rawValue: 4)
    static let fee = Kept(rawValue: 8)
}

extension CostSheet {
    fileprivate func keeping(_ kept: Kept) throws(PricingError) -> ChargeConclusion {
        let items = [energyCost, bandwidthCost, activationCost, margin, fee, total]
        guard items.allSatisfy({ $0.rawValue >= 0 }) else { throw .negative("an item of the sheet") }
        guard items.allSatisfy({ $0.rawValue < 1 << 53 }) else { throw .tooLarge("an item of the sheet") }
        let base = energyCost + bandwidthCost + activationCost
        var share = Sun.zero
        if kept.contains(.energy) { share += energyCost }
        if kept.contains(.bandwidth) { share += bandwidthCost }
        if kept.contains(.activation) { share += activationCost }
        var sum = share
        if base > .zero {
            guard let part = scaledUp(margin.rawValue, by: share.rawValue, over: base.rawValue) else {
                throw .tooLarge("the margin")
            }
            sum += Sun(part)
        }
        if kept.contains(.fee) { sum += fee }
        guard sum <= total else { throw .tooLarge("what is kept") }
        return .refund(total - sum, kept: sum)
    }
}
