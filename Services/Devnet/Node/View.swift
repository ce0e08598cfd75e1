internal import ChainModel
internal import Models

/// What a read sees of the chain: the head, a lagging head, or the solidified part.
struct View {
    let chain: Blockchain
    let state: ChainState
    /// The newest block that is seen.
    let number: Int64

    static func head(_ chain: Blockchain, lagging blocks: Int64) -> View {
        let state = chain.state(blocksBack: blocks)
        return View(chain: chain, state: state, number: state.number)
    }

    static func solid(_ chain: Blockchain) -> View {
        View(chain: chain, state: chain.solid, number: chain.solidNumber)
    }

    var block: Block { chain.block(number: number) ?? chain.headBlock }

    /// A transaction in a block that is seen.
    func entry(_ id: TransactionID) -> Blockchain.Entry? {
        chain.entry(id).flatMap { $0.receipt.block <= number ? $0 : nil }
    }

    func entries(of block: Block) -> [Blockchain.Entry] { block.transactions.compactMap { chain.entry($0) } }

    func blockSeen(_ number: Int64) -> Block? { number <= self.number ? chain.block(number: number) : nil }
}

/// A read: answers from a view alone.
typealias ReadEndpoint = @Sendable (View, Query) throws(NodeError) -> JSON
