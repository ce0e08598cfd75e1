import ChainModel
import Models
import Testing
import Tron

@Suite struct SignerTests {
    private let pool = address("41dd791d6b49e190062d650e6a23c575510d35f2f9")
    private let wallet = address("4192ad11c1bf16b3b14b0bd6b5c7e2db73a0b5e83a")
    private let stranger = address("41975bf407e24c0a392eeb8e4400980b281c48fe32")
    private let token = address("41eca9bc828a3005b9a3b909f2cc5c2a54794de05f")
    private let key = PrivateKey.random()

    private var builder: TransactionBuilder {
        TransactionBuilder(
            reference: reference("2927", "939ece39d08a7abe"),
            time: Timestamp(milliseconds: 1_777_447_467_000),
            permissionID: 2
        )
    }

    private func refusal(_ rules: SigningRules, _ body: TransactionBody) -> SigningRefusal? {
        do {
            _ = try Signer(key: key, rules: rules).sign(body)
            return nil
        } catch {
            return error
        }
    }

    private var delegating: SigningRules {
        .delegating(from: [pool], to: .only([wallet]), maximumStake: Sun(10_000_000), permissionID: 2)
    }

    @Test func signsWhatIsAllowed() throws {
        let body = builder.delegate(Sun(10_000_000), of: pool, to: wallet)
        let signed = try Signer(key: key, rules: delegating).sign(body)
        #expect(signed.id == body.id)
        #expect(signed.signatures.count == 1)
        #expect(recoverAddress(signature: signed.signatures[0], digest: body.id) == key.address)
        #expect(try signed.body() == body)
        // Reclaiming needs no known receiver: the stake comes back to the pool from anyone.
        #expect(refusal(delegating, builder.undelegate(.trx, of: pool, from: stranger)) == nil)
    }

    @Test func delegatorRefusesTheRest() {
        let maximum = Sun(10_000_000)
        #expect(refusal(delegating, builder.transfer(.trx, from: pool, to: wallet)) == .contract(.transfer))
        #expect(refusal(delegating, builder.freeze(.trx, of: pool, for: .energy)) == .contract(.freezeBalanceV2))
        #expect(refusal(delegating, builder.delegate(.trx, of: stranger, to: wallet)) == .owner(stranger))
        #expect(refusal(delegating, builder.delegate(.trx, of: pool, to: stranger)) == .destination(stranger))
        #expect(
            refusal(delegating, builder.delegate(maximum + Sun(1), of: pool, to: wallet))
                == .amount(maximum + Sun(1), maximum: maximum)
        )
        #expect(
            refusal(delegating, builder.delegate(Sun(-1), of: pool, to: wallet)) == .amount(Sun(-1), maximum: maximum)
        )
        var body = builder.delegate(.trx, of: pool, to: wallet)
        body.permissionID = 0
        #expect(refusal(delegating, body) == .permission(0, expected: 2))
        body.permissionID = 2
        body.memo = [1]
        #expect(refusal(delegating, body) == .memo)
        body.memo = []
        body.feeLimit = Sun(1)
        #expect(refusal(delegating, body) == .feeLimit(Sun(1), maximum: .zero))
        let locked = DelegateResource(owner: pool, receiver: wallet, resource: .energy, stake: .trx, lock: true)
        #expect(refusal(delegating, builder.body(.delegateResource(locked))) == .lock)
    }

    @Test func stakerStakesOnly() {
        let rules = SigningRules.staking(of: [pool], maximumStake: .trx, permissionID: 2)
        #expect(refusal(rules, builder.freeze(.trx, of: pool, for: .energy)) == nil)
        #expect(refusal(rules, builder.body(.withdrawBalance(WithdrawBalance(owner: pool)))) == nil)
        #expect(refusal(rules, builder.delegate(.trx, of: pool, to: wallet)) == .contract(.delegateResource))
        #expect(
            refusal(rules, builder.freeze(Sun(1_000_001), of: pool, for: .energy))
                == .amount(Sun(1_000_001), maximum: .trx)
        )
    }

    @Test func payerPaysNamedAccounts() {
        var rules = SigningRules.paying(from: pool, to: [wallet], maximumAmount: .trx)
        rules.permissionID = 2
        #expect(refusal(rules, builder.transfer(.trx, from: pool, to: wallet)) == nil)
        #expect(refusal(rules, builder.transfer(.trx, from: pool, to: stranger)) == .destination(stranger))
    }

    @Test func tokenCalls() throws {
        let limit = try #require(TokenAmount(units: 1000))
        let rules = SigningRules(
            contracts: [.triggerSmartContract],
            owners: [pool],
            destinations: .only([wallet]),
            maximumAmount: .zero,
            permissionID: 2,
            tokens: [token: limit],
            maximumFeeLimit: Sun(30_000_000)
        )
        let fee = Sun(30_000_000)
        func call(_ call: TRC20Call) -> TransactionBody { builder.call(call, of: token, from: pool, feeLimit: fee) }
        #expect(refusal(rules, builder.transfer(limit, of: token, from: pool, to: wallet, feeLimit: fee)) == nil)
        #expect(
            refusal(rules, builder.transfer(limit, of: stranger, from: pool, to: wallet, feeLimit: fee))
                == .token(stranger)
        )
        #expect(
            refusal(rules, call(.transfer(recipient: stranger, amount: Word(1)))) == .destination(stranger)
        )
        #expect(
            refusal(rules, call(.transfer(recipient: wallet, amount: Word(1001))))
                == .tokenAmount(TokenAmount(units: 1001), maximum: limit)
        )
        #expect(
            refusal(rules, call(.approve(spender: wallet, amount: .maximum))) == .tokenAmount(nil, maximum: limit)
        )
        #expect(
            refusal(rules, call(.transferFrom(sender: stranger, recipient: wallet, amount: Word(1))))
                == .owner(stranger)
        )
        #expect(refusal(rules, call(.balanceOf(owner: pool))) == .call)
        #expect(
            refusal(rules, builder.transfer(limit, of: token, from: pool, to: wallet, feeLimit: fee + Sun(1)))
                == .feeLimit(fee + Sun(1), maximum: fee)
        )
        let data = TRC20Call.transfer(recipient: wallet, amount: Word(1)).data
        for contract in [
            TriggerSmartContract(owner: pool, contractAddress: token, data: data + [0]),
            TriggerSmartContract(owner: pool, contractAddress: token, callValue: Sun(1), data: data),
            TriggerSmartContract(
                owner: pool,
                contractAddress: token,
                data: data,
                callTokenValue: 1,
                tokenID: 1_000_001
            ),
            TriggerSmartContract(owner: pool, contractAddress: token, data: [1, 2, 3, 4]),
        ] {
            #expect(refusal(rules, builder.body(.triggerSmartContract(contract), feeLimit: fee)) == .call)
        }
    }
}
