public import Models

/// Money that a supplier owes for one purchase.
public struct RefundClaim: Sendable, Equatable {
    /// Of which.
    public var acquisition: UUIDv7
    /// How much.
    public var owed: Sun
    /// Whether nothing at all came for it, rather than less than was ordered.
    public var isWhole: Bool

    /// - Parameters: as the properties.
    public init(acquisition: UUIDv7, owed: Sun, isWhole: Bool = true) {
        self.acquisition = acquisition
        self.owed = owed
        self.isWhole = isWhole
    }
}

/// Tells which claims were paid back by so much more money than the books know of, where the supplier does not say.
///
/// The surplus has to be the sum of some claims to the sun, in one way only: else nothing is said, and people look. Claims of
/// the same amount cannot be told apart and need not be: the older is taken as paid.
/// - Parameters:
///   - surplus: what is there beyond the books.
///   - claims: in the order they arose; of more than sixteen only these are tried: single ones, all, and of
///     those that nothing came for the oldest so many, as refunds come in the order of their orders, or all but one.
public func matchRefunds(_ surplus: Sun, to claims: [RefundClaim]) -> [RefundClaim] {
    let claims = claims.filter { $0.owed > .zero }
    guard surplus > .zero, !claims.isEmpty else { return [] }
    var found: [[Int]] = []
    func note(_ chosen: [Int]) {
        let amounts = chosen.map { claims[$0].owed }.sorted()
        guard !found.contains(where: { $0.map { claims[$0].owed }.sorted() == amounts }) else { return }
        found.append(chosen)
    }
    if claims.count <= 16 {
        for mask in 1..<(1 << claims.count) {
            let chosen = claims.indices.filter { mask & (1 << $0) != 0 }
            var sum: Sun? = .zero
            for index in chosen { sum = sum?.adding(claims[index].owed) }
            if sum == surplus { note(chosen) }
        }
    } else {
        if let single = claims.indices.first(where: { claims[$0].owed == surplus }) { note([single]) }
        func noteOldest(_ candidates: [Int]) {
            var sum: Sun? = .zero
            for (place, index) in candidates.enumerated() {
                sum = sum?.adding(claims[index].owed)
                if sum == surplus { note(Array(candidates[...place])) }
            }
        }
        let whole = claims.indices.filter { claims[$0].isWhole }
        noteOldest(whole)
        noteOldest(Array(claims.indices))
        // One that is still on its way, or will never come.
        var all: Sun? = .zero
        for index in whole { all = all?.adding(claims[index].owed) }
        if let all, let late = whole.last(where: { claims[$0].owed == all - surplus }) {
            note(whole.filter { $0 != late })
        }
    }
    guard found.count == 1, let amounts = found.first?.map({ claims[$0].owed }) else { return [] }
    var wanted = amounts
    return claims.filter { claim in
        guard let index = wanted.firstIndex(of: claim.owed) else { return false }
        wanted.remove(at: index)
        return true
    }
}
