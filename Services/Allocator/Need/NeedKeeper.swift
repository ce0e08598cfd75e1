internal import Models
internal import Planning
internal import ServiceKit

/// Keeps a ``NeedBook`` true: the contract's factor, and whose balance transfers have changed.
actor NeedKeeper {
    private let chain: any ChainGateway
    private let book: NeedBook
    private var last: (number: Int64, id: [UInt8])?
    private var factorAt: ContinuousClock.Instant?

    /// More missed blocks than this are not read one by one.
    private static let mostMissed: Int64 = 60

    init(chain: any ChainGateway, book: NeedBook) {
        self.chain = chain
        self.book = book
    }

    /// Takes in what the chain has shown since the last time.
    func catchUp() async throws {
        if factorAt.map({ ContinuousClock.now - $0 > .seconds(10) }) ?? true {
            let factor = try await chain.factor()
            book.update { $0.setFactor(factor) }
            factorAt = .now
        }
        let head = try await chain.head()
        if let known = last, head.number - known.number <= Self.mostMissed, head.number >= known.number {
            last = try await follow(from: known, to: head)
        } else {
            // Started, far behind, or the chain got shorter: what is remembered of recipients may be wrong.
            book.update { $0.forgetRecipients() }
            last = (head.number, head.id)
        }
    }

    private func follow(
        from known: (number: Int64, id: [UInt8]),
        to head: ChainHead
    ) async throws -> (number: Int64, id: [UInt8]) {
        var known = known
        while known.number < head.number {
            guard let block = try await chain.block(known.number + 1) else { return known }
            book.update { table in
                if block.parent != known.id { table.forgetRecipients() }
                for move in block.moves {
                    table.forget(move.from)
                    table.learn(move.to, is: .holder)
                }
            }
            known = (block.number, block.id)
        }
        if known.number == head.number, known.id != head.id {
            book.update { $0.forgetRecipients() }
            return (head.number, head.id)
        }
        return known
    }
}
