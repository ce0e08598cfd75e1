import ChainModel
import Models
import Testing
import Tron

@Suite struct BroadcastAnswerTests {
    private let transaction: SignedTransaction = {
        let body = TransactionVectorTests.vectors[0].body
        return SignedTransaction(rawBytes: body.rawBytes, signatures: [[UInt8](repeating: 1, count: 65)])
    }()

    private func outcome(_ answer: String) async -> BroadcastOutcome {
        await CannedNode(["/wallet/broadcasthex": answer]).broadcast(transaction)
    }

    @Test func acceptance() async throws {
        let node = CannedNode([
            "/wallet/broadcasthex":
                #"{"result":true,"code":"SUCCESS","message":"","transaction":"{}","txid":"\#(transaction.id)"}"#
        ])
        #expect(await node.broadcast(transaction) == .accepted)
        #expect(node.requests[0].fields == ["transaction": .text(transaction.bytes.hex)])
        #expect(await outcome(#"{"result":true,"txid":"\#(transaction.id)"}"#) == .accepted)
    }

    @Test func duplicate() async {
        #expect(await outcome(#"{"code":"DUP_TRANSACTION_ERROR","message":"Dup transaction."}"#) == .duplicate)
    }

    @Test(arguments: ["SERVER_BUSY", "NO_CONNECTION", "NOT_ENOUGH_EFFECTIVE_CONNECTION", "BLOCK_UNSOLIDIFIED"])
    func busyNodes(code: String) async {
        guard case .retrySameBytes(let rejection) = await outcome(#"{"result":false,"code":"\#(code)"}"#) else {
            Issue.record("\(code) is to be sent again")
            return
        }
        #expect(rejection.code == code)
    }

    @Test(arguments: [
        "SIGERROR", "CONTRACT_VALIDATE_ERROR", "CONTRACT_EXE_ERROR", "BANDWITH_ERROR", "TAPOS_ERROR",
        "TOO_BIG_TRANSACTION_ERROR", "TRANSACTION_EXPIRATION_ERROR",
    ])
    func refusals(code: String) async {
        let answer = #"{"code":"\#(code)","message":"6e6f","txid":"\#(transaction.id)"}"#
        guard case .definitelyRejected(let rejection) = await outcome(answer) else {
            Issue.record("\(code) is definite")
            return
        }
        #expect((rejection.code, rejection.reason) == (code, "no"))
        #expect(rejection.isStaleReference == (code == "TAPOS_ERROR"))
        #expect(rejection.isExpired == (code == "TRANSACTION_EXPIRATION_ERROR"))
        #expect(rejection.isInvalid == (code == "CONTRACT_VALIDATE_ERROR"))
        #expect(rejection.lacksBandwidth == (code == "BANDWITH_ERROR"))
    }

    @Test(arguments: [
        "{}", #"{"result":false}"#, #"{"code":"OTHER_ERROR","message":"x"}"#, #"{"code":"A_CODE_OF_NEXT_YEAR"}"#,
        #"{"result":true,"txid":"abcd"}"#, "[1]", #"{"result":"yes"}"#,
    ])
    func whatIsNotUnderstoodIsUnknown(answer: String) async {
        guard case .unknown = await outcome(answer) else {
            Issue.record("\(answer) proves nothing")
            return
        }
    }
}
