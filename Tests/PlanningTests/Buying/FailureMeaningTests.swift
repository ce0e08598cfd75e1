import Models
import Planning
import Testing

/// Every cell of the table, written down a second time.
struct FailureMeaningTests {
    private static let answered: [(SupplierFault.Code, FailureMeaning)] = [
        (.refused, .nothingBought), (.insufficientBalance, .nothingBought), (.priceChanged, .nothingBought),
        (.unavailable, .nothingBought), (.maintenance, .nothingBought), (.rateLimited, .nothingBought),
        (.invalidRequest, .nothingBought), (.unauthorized, .nothingBought), (.notFound, .nothingBought),
        (.notOffered, .nothingBought), (.alreadyPlaced, .done), (.notConnected, .ambiguous), (.timeout, .ambiguous),
        (.noAnswer, .ambiguous),
        (.serverError, .ambiguous), (.badAnswer, .ambiguous), (.init(rawValue: "invented_tomorrow"), .ambiguous),
    ]

    @Test(arguments: SupplierCall.allCases) func everyFailureOfEveryCallHasOneMeaning(call: SupplierCall) {
        for (code, meaningOfAnswer) in Self.answered {
            for stage in [SupplierFault.Stage.notSent, .sent, .answered] {
                let expected: FailureMeaning =
                    switch (call, stage) {
                    case (.quote, _), (.prepare, _), (.balance, _), (.giveBack, _): .nothingBought
                    case (.find, _): .ambiguous
                    case (.place, .notSent): .nothingBought
                    case (.place, .sent): .ambiguous
                    case (.place, .answered): meaningOfAnswer
                    }
                let meaning = FailureMeaning(of: SupplierFault(code, stage, ""), in: call)
                #expect(meaning == expected, "\(call) \(code) \(stage)")
            }
        }
    }

    @Test func withoutAnAnswerNoPurchaseIsEverDeclaredNotBought() async {
        await forEverySeed(500) { seed, random in
            let code = SupplierFault.Code(rawValue: String(random.next(), radix: 36))
            #expect(FailureMeaning(of: SupplierFault(code, .sent, ""), in: .place) == .ambiguous, "seed \(seed)")
            #expect(FailureMeaning(of: SupplierFault(code, .answered, ""), in: .place) == .ambiguous, "seed \(seed)")
        }
    }
}
