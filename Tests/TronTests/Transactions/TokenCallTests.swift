import ChainModel
import Models
import Testing
import Tron

@Suite struct TokenCallTests {
    private let recipient = address("4188a2bfcb1c7271029fd69a66859d555608958840")
    private let owner = address("41dd791d6b49e190062d650e6a23c575510d35f2f9")

    @Test func transferDataAsOnChain() throws {
        let amount = try #require(TokenAmount(units: 1_500_000))
        let data = TRC20Call.transfer(recipient: recipient, amount: amount).data
        let expected =
            "a9059cbb" + "000000000000000000000000" + "88a2bfcb1c7271029fd69a66859d555608958840"
            + "000000000000000000000000000000000000000000000000000000000016e360"
        #expect(data.hex == expected)
        #expect(TRC20Call(data: data) == .transfer(recipient: recipient, amount: Word(1_500_000)))
        #expect(TRC20Call(data: data + [1, 2, 3]) == .transfer(recipient: recipient, amount: Word(1_500_000)))
        #expect(TRC20Call(data: data.dropLast()) == nil)
    }

    @Test func allCallsComeBack() {
        let calls: [TRC20Call] = [
            .transfer(recipient: recipient, amount: .maximum),
            .transferFrom(sender: owner, recipient: recipient, amount: Word(5)),
            .approve(spender: recipient, amount: .zero), .balanceOf(owner: owner),
            .allowance(owner: owner, spender: recipient),
        ]
        for call in calls { #expect(TRC20Call(data: call.data) == call) }
        #expect(TRC20Call(data: []) == nil)
        #expect(TRC20Call(data: bytes("deadbeef") + [UInt8](repeating: 0, count: 96)) == nil)
    }

    @Test func transferLogs() throws {
        let log = EventLog(
            address: owner,
            topics: [EventLog.transferTopic, Word(owner), Word(recipient)],
            data: Word(77).bytes
        )
        let event = try #require(TransferEvent(log))
        #expect((event.token, event.sender, event.recipient) == (owner, owner, recipient))
        #expect(event.amount == Word(77))
        var approval = log
        approval.topics[0] = EventLog.approvalTopic
        #expect(TransferEvent(approval) == nil)
        var short = log
        short.data.removeLast()
        #expect(TransferEvent(short) == nil)
    }
}
