internal import Models
internal import Planning
internal import ServiceKit

/// Keeps a ``NeedBook`` true: the contract's factor, and whose balance transfers have changed.
actor NeedKeeper {
    private let chain: any ChainGateway
    private let book: NeedBook
    /// Rings whoever promises: what waits may need something else now.
    private let wakeUp: WakeUp
    private var last: (number: Int64, id: [UInt8])?

    /// More missed blocks than this are not read one by one.
    private static let mostMissed: Int64 = 60

    init(chain: any ChainGateway, book: NeedBook, wakeUp: WakeUp) {
        self.chain = chain
        self.book = book
        self.wakeUp = wakeUp
    }

    /// Takes in what the chain has shown since the last time.
    func catchUp() async throws {
        // Each time: a transfer that was promised energy by a lower factor runs out of it.
        if book.confirm(factor: try await chain.factor()) { wakeUp.ring() }
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
