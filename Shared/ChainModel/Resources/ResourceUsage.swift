/// How much of a resource an account has used and how far that use has recovered.
///
/// Use decays linearly to zero over the account's *window*, at most 24 hours. Each new use averages usage and window
/// anew. Time is counted in slots of three seconds.
///
/// Source: java-tron `ResourceProcessor.increaseV2` and `AccountCapsule.getWindowSizeV2`.
public struct ResourceUsage: Sendable, Hashable, Codable {
    /// The longest window: 24 hours in slots of three seconds.
    public static let fullWindow: Int64 = 28_800
    /// A window is stored in thousandths of a slot.
    public static let windowPrecision: Int64 = 1000
    private static let precision: Int128 = 1_000_000

    /// Units in use as of ``slot``.
    public var used: Int64
    /// The slot of the last change.
    public var slot: Int64
    /// The window in thousandths of a slot; 0 stands for the full window.
    public var storedWindow: Int64

    /// - Parameters:
    ///   - used: units in use as of `slot`.
    ///   - slot: the slot of the last change.
    ///   - storedWindow: thousandths of a slot; 0 stands for 24 hours.
    public init(used: Int64 = 0, slot: Int64 = 0, storedWindow: Int64 = 0) {
        self.used = used
        self.slot = slot
        self.storedWindow = storedWindow
    }

    /// The slot of a block time: `floor(milliseconds / 3000)`, whatever the block interval.
    public static func slot(ofMilliseconds milliseconds: Int64) -> Int64 { milliseconds / 3000 }

    /// The window in whole slots.
    public var window: Int64 {
        storedWindow < Self.windowPrecision ? Self.fullWindow : storedWindow / Self.windowPrecision
    }

    /// The window in thousandths of a slot.
    public var preciseWindow: Int64 {
        storedWindow == 0 ? Self.fullWindow * Self.windowPrecision : storedWindow
    }

    /// This usage as it stands at a later slot: what `getaccount` and `getaccountresource` already report. Do not apply
    /// it to numbers read from a node.
    public func recovered(at now: Int64) -> ResourceUsage {
        var copy = self
        copy.use(0, at: now)
        return copy
    }

    /// Books a use of `units` at slot `now` and re-averages the window (`increaseV2`).
    public mutating func use(_ units: Int64, at now: Int64) {
        let oldWindow = window
        let average = decayedAverage(at: now)
        let newAverage = dividedUp(Int128(units) * Self.precision, by: Self.fullWindow)
        let total = Int64(
            (Int128(average) * Int128(oldWindow) + Int128(newAverage) * Int128(Self.fullWindow)) / 1_000_000
        )
        let remaining = Int64(clamping: Int128(average) * Int128(oldWindow) / Self.precision)
        let full = Self.fullWindow * Self.windowPrecision
        if remaining == 0 {
            storedWindow = full
        } else {
            let left = preciseWindow - (now - slot) * Self.windowPrecision
            storedWindow = min(weightedWindow(remaining, left, units, full, total), full)
        }
        used = total
        slot = now
    }

    /// What remains in use at slot `now` when the whole usage is taken over the account's own window, without touching
    /// it (`recovery`). Differs from ``recovered(at:)`` by rounding at most.
    public func remaining(at now: Int64) -> Int64 {
        Int64(clamping: Int128(decayedAverage(at: now)) * Int128(window) / Self.precision)
    }

    /// Takes over `units` of usage that came back with stake from a receiver whose window is `receiver.preciseWindow`;
    /// the windows merge by weight.
    ///
    /// Source: java-tron `ResourceProcessor.unDelegateIncreaseV2`.
    public mutating func takeOver(_ units: Int64, from receiver: ResourceUsage, at now: Int64) {
        use(0, at: now)
        let own = used
        let total = own + units
        let full = Self.fullWindow * Self.windowPrecision
        if total == 0 {
            storedWindow = full
        } else {
            let merged = weightedWindow(own, max(preciseWindow, 0), units, max(receiver.preciseWindow, 0), total)
            storedWindow = min(merged, full)
        }
        used = total
    }

    private func decayedAverage(at now: Int64) -> Int64 {
        let window = window
        let average = dividedUp(Int128(used) * Self.precision, by: window)
        guard now != slot else { return average }
        guard slot + window > now else { return 0 }
        let decay = Double(window - (now - slot)) / Double(window)
        return whole((Double(average) * decay + 0.5).rounded(.down))
    }
}

private func weightedWindow(_ a: Int64, _ windowOfA: Int64, _ b: Int64, _ windowOfB: Int64, _ total: Int64) -> Int64 {
    let area = Int128(a) * Int128(windowOfA) + Int128(b) * Int128(windowOfB)
    let (quotient, remainder) = area.quotientAndRemainder(dividingBy: Int128(total))
    return Int64(clamping: remainder > 0 ? quotient + 1 : quotient)
}

private func dividedUp(_ value: Int128, by divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: Int128(divisor))
    return Int64(clamping: remainder > 0 ? quotient + 1 : quotient)
}
