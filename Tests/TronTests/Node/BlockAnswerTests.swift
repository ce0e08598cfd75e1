import ChainModel
import Models
import Testing
import Tron

@Suite struct BlockAnswerTests {
    private let head = "0000000003fe2927939ece39d08a7abe000000000000000000000000000000ff"
    private let parent = "0000000003fe2926111111111111111100000000000000000000000000000000"
    private let transfer = TransactionVectorTests.vectors[1]

    private func block(_ transactions: String) -> String {
        """
        {"blockID":"\(head)","block_header":{"raw_data":{"number":66988327,"txTrieRoot":"00","version":31,
         "witness_address":"4192ad11c1bf16b3b14b0bd6b5c7e2db73a0b5e83a","parentHash":"\(parent)",
         "timestamp":1777447467000},"witness_signature":"00"}\(transactions)}
        """
    }

    private func transaction(ret: String = #"[{"contractRet":"SUCCESS"}]"#) -> String {
        """
        {"ret":\(ret),"signature":["\(String(repeating: "01", count: 65))"],"txID":"\(transfer.id)",
         "raw_data":{"contract":[{"parameter":{"value":{},"type_url":"x"},"type":"TriggerSmartContract"}],
         "ref_block_bytes":"28c3"},"raw_data_hex":"\(transfer.raw)"}
        """
    }

    /// An asset transfer, a type Busbar does not read.
    private let foreign =
        #"{"txID":"\#(TransactionID.of(rawBytes: [0x5a, 0x02, 8, 2]).hex)","#
        + #""raw_data":{"contract":[{"type":"TransferAssetContract"}]},"raw_data_hex":"5a020802","ret":[{}]}"#

    @Test func blockWithTransactions() async throws {
        let reverted = transaction(ret: #"[{"contractRet":"OUT_OF_ENERGY"}]"#)
        let node = CannedNode([
            "/wallet/getnowblock": block(",\"transactions\":[\(transaction()),\(reverted),\(foreign)]")
        ])
        let block = try await node.latestBlock()
        #expect(block.summary.number == 66_988_327)
        #expect(block.summary.id.description == head)
        #expect(block.summary.parent.description == parent)
        #expect(block.summary.time == Timestamp(milliseconds: 1_777_447_467_000))
        #expect(block.transactions.count == 3)
        let first = block.transactions[0]
        #expect(first.id.hex == transfer.id)
        #expect(first.body == transfer.body)
        #expect(first.succeeded)
        #expect(first.signatures[0].count == 65)
        let call = try #require(first.tokenCall)
        #expect(call.token == address("41eca9bc828a3005b9a3b909f2cc5c2a54794de05f"))
        #expect(
            call.call
                == .transfer(recipient: address("41088a2bfcb1c7271029fd69a66859d55560895884"), amount: Word(100))
        )
        #expect(block.transactions[1].result == "OUT_OF_ENERGY")
        #expect(!block.transactions[1].succeeded)
        #expect(block.transactions[2].body == nil)
        #expect(block.transactions[2].contractName == "TransferAssetContract")
        #expect(block.transactions[2].tokenCall == nil)
    }

    @Test func emptyBlockAndHeader() async throws {
        let node = CannedNode(["/wallet/getblockbynum": block(""), "/wallet/getblock": block("")])
        let found = try #require(try await node.block(66_988_327))
        #expect(found.transactions.isEmpty)
        #expect(try await node.blockSummary() == found.summary)
        #expect(try await node.blockSummary(66_988_327) == found.summary)
        #expect(node.requests.last?.fields == ["id_or_num": .text("66988327"), "detail": .flag(false)])
        #expect(try await CannedNode([:]).block(1) == nil)
    }

    @Test func anotherBlockThanAskedForIsNotTaken() async throws {
        let node = CannedNode(["/wallet/getblockbynum": block("")])
        await #expect(throws: NodeError.self) { try await node.block(5) }
    }

    @Test func idsAreCheckedAgainstTheBytes() async throws {
        let wrong = transaction().replacing(transfer.id, with: String(repeating: "ab", count: 32))
        let node = CannedNode(["/wallet/getnowblock": block(",\"transactions\":[\(wrong)]")])
        do {
            _ = try await node.latestBlock()
            Issue.record("a transaction under a wrong id was taken")
        } catch {
            #expect(error.code == .malformed)
        }
    }

    @Test func bothEndsOfTheChain() async throws {
        let solid = "0000000003fe2913aaaaaaaaaaaaaaaa00000000000000000000000000000000"
        let node = CannedNode([
            "/wallet/getnodeinfo": """
            {"activeConnectCount":3,"beginSyncNum":1,"block":"Num:66988327,ID:\(head)",
             "solidityBlock":"Num:66988307,ID:\(solid)","configNodeInfo":{"codeVersion":"4.8.0"}}
            """
        ])
        let ends = try await node.chainEnds()
        #expect((ends.head.number, ends.solid.number) == (66_988_327, 66_988_307))
        #expect(try await node.referenceBlock() == reference("2913", "aaaaaaaaaaaaaaaa"))
        let odd = CannedNode(["/wallet/getnodeinfo": #"{"block":"none","solidityBlock":"none"}"#])
        await #expect(throws: NodeError.self) { try await odd.chainEnds() }
    }

    @Test func transactionById() async throws {
        let id = transfer.body.id
        let node = CannedNode([
            "/wallet/gettransactionbyid": transaction(), "/walletsolidity/gettransactionbyid": "{ }\n",
        ])
        #expect(try await node.transaction(id)?.body == transfer.body)
        #expect(try await node.transaction(id, in: .solid) == nil)
        let waiting = CannedNode(["/wallet/gettransactionbyid": transaction(ret: "[{}]")])
        #expect(try await waiting.transaction(id)?.result == nil)
    }

    @Test func receiptOfATokenTransfer() async throws {
        let id = transfer.body.id
        let topic = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
        let padding = String(repeating: "0", count: 24)
        let node = CannedNode([
            "/wallet/gettransactioninfobyid": """
            {"id":"\(id.hex)","fee":6428500,"blockNumber":66988327,"blockTimeStamp":1777447467000,
             "contractResult":["\(String(repeating: "0", count: 64))"],
             "contract_address":"41eca9bc828a3005b9a3b909f2cc5c2a54794de05f",
             "receipt":{"energy_usage":10000,"energy_fee":5428500,"energy_usage_total":64285,"net_fee":345000,
               "energy_penalty_total":49675,"result":"SUCCESS"},
             "log":[{"address":"eca9bc828a3005b9a3b909f2cc5c2a54794de05f",
               "topics":["\(topic)","\(padding)dd791d6b49e190062d650e6a23c575510d35f2f9",
                 "\(padding)088a2bfcb1c7271029fd69a66859d55560895884"],
               "data":"\(String(repeating: "0", count: 62))64"}],"packingFee":345000}
            """
        ])
        let receipt = try #require(try await node.transactionReceipt(id))
        #expect(receipt.succeeded)
        #expect(receipt.block == 66_988_327)
        #expect(receipt.energyBurnt == Sun(5_428_500))
        #expect((receipt.energyStaked, receipt.energyTotal) == (Energy(10_000), Energy(64_285)))
        #expect(receipt.energyPenalty == Energy(49_675))
        #expect(receipt.bandwidthBurnt == Sun(345_000))
        let token = address("41eca9bc828a3005b9a3b909f2cc5c2a54794de05f")
        let events = receipt.transfers(of: token)
        #expect(events.map(\.amount) == [Word(100)])
        #expect(events.first?.sender == address("41dd791d6b49e190062d650e6a23c575510d35f2f9"))
        #expect(receipt.transfers(of: events[0].sender).isEmpty)
    }

    @Test func receiptsOfFailureAndOfTheSystem() async throws {
        let id = transfer.body.id
        let failed = CannedNode([
            "/wallet/gettransactioninfobyid": """
            {"id":"\(id.hex)","blockNumber":1,"blockTimeStamp":1,"contractResult":[""],"result":"FAILED",
             "receipt":{"result":"OUT_OF_ENERGY","energy_fee":100},"resMessage":"4e6f7420656e6f75676820656e65726779"}
            """
        ])
        let receipt = try #require(try await failed.transactionReceipt(id))
        #expect(!receipt.succeeded)
        #expect(receipt.isFailed)
        #expect(receipt.contractResult == "OUT_OF_ENERGY")
        #expect(receipt.message == "Not enough energy")
        let system = CannedNode([
            "/walletsolidity/gettransactioninfobyid": """
            {"id":"\(id.hex)","blockNumber":1,"blockTimeStamp":1,"contractResult":[""],"receipt":{"net_usage":278}}
            """
        ])
        #expect(try await system.transactionReceipt(id, in: .solid)?.succeeded == true)
        #expect(try await system.transactionReceipt(id) == nil)
    }
}
