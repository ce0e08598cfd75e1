import ChainModel
import Models
import Testing
import Tron

/// Transactions seen on public networks: encoding gives the same bytes and id, decoding gives the values back.
@Suite struct TransactionVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let body: TransactionBody
        let raw: String
        let id: String
        var testDescription: String { name }
    }

    static let vectors: [Vector] = [
        Vector(
            name: "transfer of TRX",
            body: TransactionBody(
                contract: .transfer(
                    Transfer(
                        owner: address("41dd791d6b49e190062d650e6a23c575510d35f2f9"),
                        recipient: address("4192ad11c1bf16b3b14b0bd6b5c7e2db73a0b5e83a"),
                        amount: Sun(1_000_000)
                    )
                ),
                referenceBlock: reference("2927", "939ece39d08a7abe"),
                expiration: Timestamp(milliseconds: 1_777_447_527_000),
                timestamp: Timestamp(milliseconds: 1_777_447_470_038)
            ),
            raw: """
                0a0229272208939ece39d08a7abe40d8c483c1dd335a67080112630a2d747970652e676f6f676c65617069732e636f6d2f70\
                726f746f636f6c2e5472616e73666572436f6e747261637412320a1541dd791d6b49e190062d650e6a23c575510d35f2f912\
                154192ad11c1bf16b3b14b0bd6b5c7e2db73a0b5e83a18c0843d70d68780c1dd33
                """,
            id: "6303c7639f591407ef9f34a7ac8c9c9a21151f5a6af21924502515734fc267ab"
        ),
        Vector(
            name: "transfer of a token",
            body: TransactionBody(
                contract: .triggerSmartContract(
                    TriggerSmartContract(
                        owner: address("41dd791d6b49e190062d650e6a23c575510d35f2f9"),
                        contractAddress: address("41eca9bc828a3005b9a3b909f2cc5c2a54794de05f"),
                        data: bytes(
                            """
                            a9059cbb000000000000000000000000088a2bfcb1c7271029fd69a66859d5556089588400\
                            00000000000000000000000000000000000000000000000000000000000064
                            """
                        )
                    )
                ),
                referenceBlock: reference("28c3", "ce6d340282788569"),
                expiration: Timestamp(milliseconds: 1_777_447_227_000),
                timestamp: Timestamp(milliseconds: 1_777_447_168_009),
                feeLimit: Sun(100_000_000)
            ),
            raw: """
                0a0228c32208ce6d34028278856940f89cf1c0dd335aae01081f12a9010a31747970652e676f6f676c65617069732e636f6d\
                2f70726f746f636f6c2e54726967676572536d617274436f6e747261637412740a1541dd791d6b49e190062d650e6a23c575\
                510d35f2f9121541eca9bc828a3005b9a3b909f2cc5c2a54794de05f2244a9059cbb000000000000000000000000088a2bfc\
                b1c7271029fd69a66859d5556089588400000000000000000000000000000000000000000000000000000000000000647089\
                d0edc0dd33900180c2d72f
                """,
            id: "8c621a0dc9bd4d405b20d0a43143955b9f546f98bbfde1aec295a65b0f925629"
        ),
        Vector(
            name: "delegation of energy",
            body: TransactionBody(
                contract: .delegateResource(
                    DelegateResource(
                        owner: address("41f45062920087e2260ed23dec7be63722c39094bf"),
                        receiver: address("41975bf407e24c0a392eeb8e4400980b281c48fe32"),
                        resource: .energy,
                        stake: Sun(100_000_000)
                    )
                ),
                referenceBlock: reference("37a0", "9b01ae1a352b1568"),
                expiration: Timestamp(milliseconds: 1_739_118_897_000),
                timestamp: Timestamp(milliseconds: 1_739_118_837_000)
            ),
            raw: """
                0a0237a022089b01ae1a352b156840e8cec1dcce325a720839126e0a35747970652e676f6f676c65617069732e636f6d2f70\
                726f746f636f6c2e44656c65676174655265736f75726365436f6e747261637412350a1541f45062920087e2260ed23dec7b\
                e63722c39094bf10011880c2d72f221541975bf407e24c0a392eeb8e4400980b281c48fe327088fabddcce32
                """,
            id: "265c7aacf6401c82d48ab8662029153c4bb2f535452adc6f1306e89b5cb36cbf"
        ),
    ]

    @Test(arguments: vectors) func encodesToThePublishedBytes(_ vector: Vector) {
        #expect(vector.body.rawBytes.hex == vector.raw)
        #expect(vector.body.id.hex == vector.id)
    }

    @Test(arguments: vectors) func decodesToTheValues(_ vector: Vector) throws {
        #expect(try TransactionBody(rawBytes: bytes(vector.raw)) == vector.body)
    }
}
