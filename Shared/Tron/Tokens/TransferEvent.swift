public import ChainModel
public import Models

/// A movement of a token, as its contract reported it: the only proof that tokens moved.
public struct TransferEvent: Sendable, Hashable {
    /// The token's contract.
    public let token: TronAddress
    /// Whose tokens.
    public let sender: TronAddress
    /// Who got them.
    public let recipient: TronAddress
    /// How many, in the token's smallest unit.
    public let amount: Word

    /// Reads a log of `Transfer(address indexed, address indexed, uint256)`.
    /// - Returns: `nil` for any other log.
    public init?(_ log: EventLog) {
        guard log.topics.count == 3, log.topics[0] == EventLog.transferTopic, log.data.count == 32,
            let sender = log.topics[1].address, let recipient = log.topics[2].address
        else { return nil }
        token = log.address
        self.sender = sender
        self.recipient = recipient
        amount = Word(bytes: log.data)
    }
}
