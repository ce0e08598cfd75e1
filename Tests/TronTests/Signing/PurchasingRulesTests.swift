import ChainModel
import Models
import Testing

@testable import Tron

/// What the wallet that buys energy may sign.
@Suite struct PurchasingRulesTests {
    private let key = PrivateKey.random()
    private let supplier = address("4192ad11c1bf16b3b14b0bd6b5c7e2db73a0b5e83a")
    private let market = address("41eca9bc828a3005b9a3b909f2cc5c2a54794de05f")
    private let hotWallet = address("41dd791d6b49e190062d650e6a23c575510d35f2f9")
    private let stranger = address("41975bf407e24c0a392eeb8e4400980b281c48fe32")

    private var builder: TransactionBuilder {
        TransactionBuilder(
            reference: reference("2927", "939ece39d08a7abe"),
            time: Timestamp(milliseconds: 1_777_447_467_000)
        )
    }

    private var signer: Signer {
        Signer(
            key: key,
            rules: .purchasing(
                from: key.address,
                payees: [supplier],
                markets: [market: Sun(7_000_000_000)],
                for: .only([hotWallet]),
                maximumAmount: Sun(50_000_000),
                maximumFeeLimit: Sun(5_000_000)
            )
        )
    }

    private func refusal(_ body: TransactionBody) -> SigningRefusal? {
        do throws(SigningRefusal) {
            _ = try signer.sign(body)
            return nil
        } catch {
            return error
        }
    }

    private func rent(
        _ call: RentalCall,
        paying payment: Int64 = 30_000_000,
        from contract: TronAddress? = nil,
        feeLimit: Int64 = 5_000_000
    ) -> TransactionBody {
        builder.rent(call, from: contract ?? market, by: key.address, paying: Sun(payment), feeLimit: Sun(feeLimit))
    }

    @Test func paysSuppliersAlone() {
        let maximum = Sun(50_000_000)
        #expect(refusal(builder.transfer(maximum, from: key.address, to: supplier)) == nil)
        #expect(refusal(builder.transfer(.trx, from: key.address, to: stranger)) == .destination(stranger))
        #expect(refusal(builder.transfer(.trx, from: key.address, to: hotWallet)) == .destination(hotWallet))
        let more = maximum + Sun(1)
        #expect(
            refusal(builder.transfer(more, from: key.address, to: supplier)) == .amount(more, maximum: maximum)
        )
    }

    @Test func rentsForHotWalletsAlone() {
        let most = Sun(7_000_000_000)
        #expect(refusal(rent(.rent(receiver: hotWallet, stake: most))) == nil)
        #expect(refusal(rent(.rent(receiver: stranger, stake: most))) == .destination(stranger))
        #expect(
            refusal(rent(.rent(receiver: hotWallet, stake: most + Sun(1)))) == .amount(most + Sun(1), maximum: most)
        )
        #expect(
            refusal(rent(.rent(receiver: hotWallet, stake: most), paying: 50_000_001))
                == .amount(Sun(50_000_001), maximum: Sun(50_000_000))
        )
        #expect(refusal(rent(.rent(receiver: hotWallet, stake: most), from: stranger)) == .token(stranger))
        #expect(
            refusal(rent(.rent(receiver: hotWallet, stake: most), feeLimit: 5_000_001))
                == .feeLimit(Sun(5_000_001), maximum: Sun(5_000_000))
        )
        #expect(refusal(rent(.giveBack(receiver: hotWallet, stake: most), paying: 0)) == nil)
        #expect(refusal(rent(.giveBack(receiver: hotWallet, stake: most), paying: 1)) == .call)
    }

    @Test func noOtherCallOfTheMarketIsSigned() {
        func call(_ data: [UInt8]) -> TransactionBody {
            builder.body(
                .triggerSmartContract(TriggerSmartContract(owner: key.address, contractAddress: market, data: data))
            )
        }
        let data = RentalCall.rent(receiver: hotWallet, stake: .trx).data
        #expect(refusal(call(data)) == nil)
        #expect(refusal(call(data + [0])) == .call)
        #expect(refusal(call(Array(data.dropLast()))) == .call)
        #expect(refusal(call(RentalMarket.Function.liquidate.selector + data.dropFirst(4))) == .call)
        #expect(refusal(call(TRC20Call.approve(spender: hotWallet, amount: .maximum).data)) == .call)
        var bandwidth = data
        bandwidth[99] = 0
        #expect(refusal(call(bandwidth)) == .call)
    }

    @Test func claimsForHotWalletsAlone() throws {
        let payment = builder.transfer(.trx, from: key.address, to: supplier).id
        let signature = try signer.signClaim(of: payment, for: hotWallet)
        let text = "\(payment.hex):\(hotWallet.base58)"
        #expect(MessageSignature.signer(of: text, signature: signature) == key.address)
        #expect(throws: SigningRefusal.destination(stranger)) { try signer.signClaim(of: payment, for: stranger) }
    }
}
