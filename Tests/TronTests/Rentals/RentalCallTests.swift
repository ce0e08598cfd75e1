import ChainModel
import Models
import Testing
import Tron

@Suite struct RentalCallTests {
    private let receiver = address("41dd791d6b49e190062d650e6a23c575510d35f2f9")

    @Test func theCallIsTheABIs() {
        let call = RentalCall.rent(receiver: receiver, stake: Sun(7_000_000_000))
        #expect(
            call.data.hex == "fd8527a1" + "000000000000000000000000dd791d6b49e190062d650e6a23c575510d35f2f9"
                + "00000000000000000000000000000000000000000000000000000001a13b8600"
                + "0000000000000000000000000000000000000000000000000000000000000001"
        )
        #expect(RentalCall(data: call.data) == call)
        let back = RentalCall.giveBack(receiver: receiver, stake: .trx)
        #expect(back.data.prefix(4) == [0xaf, 0x6f, 0x48, 0x96])
        #expect(RentalCall(data: back.data) == back)
    }

    /// Selectors are computed here, topics in the model: both are hashes of the signatures.
    @Test func selectorsAndTopicsAreHashes() {
        for function in RentalMarket.Function.allCases {
            #expect(Array(Keccak256.hash(function.signature.utf8).prefix(4)) == function.selector)
        }
        func topic(_ text: String) -> Word { Word(bytes: Keccak256.hash(text.utf8)) }
        #expect(topic("RentResource(address,address,uint256,uint256,uint256,uint256)") == EventLog.rentTopic)
        #expect(
            topic("ReturnResource(address,address,uint256,uint256,uint256,uint256,uint256)") == EventLog.returnTopic
        )
        #expect(
            topic("Liquidate(address,address,address,uint256,uint256,uint256,uint256,uint256)")
                == EventLog.liquidateTopic
        )
    }

    @Test func whatIsNoCallIsNotRead() {
        let data = RentalCall.rent(receiver: receiver, stake: .trx).data
        #expect(RentalCall(data: []) == nil)
        #expect(RentalCall(data: data.dropLast()) == nil)
        var padded = data
        padded[5] = 1
        #expect(RentalCall(data: padded) == nil)
        var large = data
        large[36] = 0xff
        #expect(RentalCall(data: large) == nil)
    }
}
