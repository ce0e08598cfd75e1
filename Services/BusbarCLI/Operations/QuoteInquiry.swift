internal import ArgumentParser
internal import ChainModel
internal import Models
internal import Tron

/// What somebody wants to know the price of.
struct QuoteInquiry: Sendable {
    /// A call of the token.
    enum Call: String, ExpressibleByArgument, CaseIterable, Codable, Sendable {
        case transfer
        case approve
        case transferFrom = "transfer-from"
    }

    /// An amount of tokens, or an allowance without limit.
    enum Amount: Sendable, Equatable {
        case tokens(TokenAmount)
        case unlimited

        var word: Word {
            switch self {
            case .tokens(let amount): Word(amount)
            case .unlimited: .maximum
            }
        }
    }

    var partner: PartnerID
    /// Who calls, and whose energy it takes.
    var from: TronAddress
    /// Who receives, or may spend.
    var to: TronAddress
    /// Whose tokens a `transfer-from` moves.
    var holder: TronAddress?
    var amount: Amount
    var call: Call
    var count: Int
    var urgency: Urgency

    /// As it stands in a transaction.
    var tokenCall: TRC20Call {
        switch call {
        case .transfer: .transfer(recipient: to, amount: amount.word)
        case .approve: .approve(spender: to, amount: amount.word)
        case .transferFrom: .transferFrom(sender: holder ?? from, recipient: to, amount: amount.word)
        }
    }

    /// - Throws: `ValidationError` for what no call can be.
    func validate() throws {
        switch call {
        case .transferFrom:
            guard let holder else {
                throw ValidationError("--call transfer-from needs --holder: whose tokens are moved")
            }
            guard holder != from else {
                throw ValidationError("--holder is --from: what is its own it moves with --call transfer")
            }
            guard holder != to else { throw ValidationError("--to is --holder: nothing would move") }
        case .transfer, .approve:
            guard holder == nil else { throw ValidationError("--holder is of --call transfer-from alone") }
        }
        guard from != to else { throw ValidationError("--to is --from") }
        switch amount {
        case .unlimited:
            guard call == .approve else { throw ValidationError("--amount unlimited is of --call approve alone") }
        case .tokens(let tokens):
            guard tokens > .zero || call == .approve else { throw ValidationError("--amount is zero") }
        }
        guard (1...100).contains(count) else { throw ValidationError("--count takes 1 to 100") }
    }
}

extension Parsing {
    /// Tokens, or `unlimited`.
    static func quoteAmount(_ text: String) throws -> QuoteInquiry.Amount {
        text == "unlimited" ? .unlimited : .tokens(try amount(text))
    }
}
