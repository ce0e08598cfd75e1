/// What a handler decided about the deliveries it was given. What it does not park is done.
public struct BatchResult: Sendable, Hashable {
    /// All are done.
    public static let done = BatchResult()

    /// Reasons by position in the batch.
    public private(set) var parked: [Int: String] = [:]

    /// Nothing is parked yet; ``park(_:_:)`` adds.
    public init() {}

    /// Sets a delivery aside for people: wrong for ever, or not to be decoded.
    /// - Parameters:
    ///   - position: where it stands in the batch the handler was given.
    ///   - reason: one sentence, kept in the header `x-last-error`.
    public mutating func park(_ position: Int, _ reason: String) { parked[position] = reason }
}
