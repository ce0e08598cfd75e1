import ChainModel
import Models
import Testing
import Tron

@Suite struct TransactionRoundTripTests {
    static let owner = address("41dd791d6b49e190062d650e6a23c575510d35f2f9")
    static let other = address("4192ad11c1bf16b3b14b0bd6b5c7e2db73a0b5e83a")

    /// One of each type, each field different from its default.
    static let contracts: [Contract] = [
        .transfer(Transfer(owner: owner, recipient: other, amount: Sun(1))),
        .voteWitness(
            VoteWitness(owner: owner, votes: [.init(witness: other, count: 7), .init(witness: owner, count: 1)])
        ),
        .withdrawBalance(WithdrawBalance(owner: owner)),
        .triggerSmartContract(
            TriggerSmartContract(
                owner: owner,
                contractAddress: other,
                callValue: Sun(2),
                data: [1, 2, 3],
                callTokenValue: 4,
                tokenID: 5
            )
        ),
        .accountPermissionUpdate(
            AccountPermissionUpdate(
                owner: owner,
                ownerPermission: .owner(of: owner),
                witnessPermission: Permission(
                    kind: .witness,
                    id: 1,
                    name: "witness",
                    threshold: 1,
                    keys: [.init(address: other, weight: 1)]
                ),
                activePermissions: [
                    Permission(
                        kind: .active,
                        id: 2,
                        name: "delegator",
                        threshold: 2,
                        operations: Permission.operations(allowing: ContractType.delegating),
                        keys: [.init(address: owner, weight: 1), .init(address: other, weight: 3)]
                    )
                ]
            )
        ),
        .freezeBalanceV2(FreezeBalanceV2(owner: owner, amount: .trx, resource: .energy)),
        .unfreezeBalanceV2(UnfreezeBalanceV2(owner: owner, amount: .trx, resource: .energy)),
        .withdrawExpireUnfreeze(WithdrawExpireUnfreeze(owner: owner)),
        .delegateResource(
            DelegateResource(
                owner: owner,
                receiver: other,
                resource: .energy,
                stake: .trx,
                lock: true,
                lockPeriod: 1200
            )
        ),
        .unDelegateResource(UnDelegateResource(owner: owner, receiver: other, resource: .energy, stake: .trx)),
        .cancelAllUnfreezeV2(CancelAllUnfreezeV2(owner: owner)),
        // Proto3 leaves defaults out: bandwidth is resource 0.
        .delegateResource(DelegateResource(owner: owner, receiver: other, resource: .bandwidth, stake: .trx)),
        .freezeBalanceV2(FreezeBalanceV2(owner: owner, amount: Sun(Int64.max), resource: .bandwidth)),
    ]

    static func body(_ contract: Contract) -> TransactionBody {
        TransactionBody(
            contract: contract,
            referenceBlock: reference("2927", "939ece39d08a7abe"),
            expiration: Timestamp(milliseconds: 1_777_447_527_000),
            timestamp: Timestamp(milliseconds: 1_777_447_467_000),
            feeLimit: Sun(30_000_000),
            memo: Array("paid".utf8),
            permissionID: 2
        )
    }

    @Test func everyTypeIsCovered() {
        #expect(Set(Self.contracts.map(\.type)) == Set(ContractType.allCases))
    }

    @Test(arguments: contracts) func whatIsEncodedIsDecoded(_ contract: Contract) throws {
        let body = Self.body(contract)
        #expect(try TransactionBody(rawBytes: body.rawBytes) == body)
        let signed = SignedTransaction(rawBytes: body.rawBytes, signatures: [PrivateKey.random().sign(body.id)])
        let read = try SignedTransaction(bytes: signed.bytes)
        #expect(read == signed)
        #expect(read.id == body.id)
        #expect(try read.body() == body)
    }

    /// DOMAIN facts measured on public networks: 345 bytes for a token transfer, 267 for TRX, 278 for a delegation,
    /// 2 more with a permission and 67 with a second signature.
    @Test func sizesChargedAsBandwidth() {
        let signature = [UInt8](repeating: 1, count: 65)
        func size(_ body: TransactionBody, signatures: Int = 1) -> Int64 {
            SignedTransaction(
                rawBytes: body.rawBytes,
                signatures: [[UInt8]](repeating: signature, count: signatures)
            ).bandwidth.rawValue
        }
        let vectors = TransactionVectorTests.vectors.map(\.body)
        #expect(vectors.map { size($0) } == [267, 345, 278])
        var permitted = vectors[2]
        permitted.permissionID = 2
        #expect(size(permitted) == 280)
        #expect(size(vectors[2], signatures: 2) == 278 + 67)
    }

    /// What a call is reckoned with is what its transaction is charged: transfer and approve alike, and an argument more.
    @Test func callsOfTheTokenTakeTheBandwidthOfTheirClass() {
        let signature = [UInt8](repeating: 1, count: 65)
        func size(_ call: TRC20Call) -> Bandwidth {
            var body = TransactionVectorTests.vectors[1].body
            guard case .triggerSmartContract(var trigger) = body.contract else { return .zero }
            trigger.data = call.data
            body.contract = .triggerSmartContract(trigger)
            return SignedTransaction(rawBytes: body.rawBytes, signatures: [signature]).bandwidth
        }
        let other = address("4188a2bfcb1c7271029fd69a66859d555608958840")
        #expect(size(.transfer(recipient: other, amount: Word(1))) == Bandwidth(345))
        #expect(size(.approve(spender: other, amount: .maximum)) == Bandwidth(345))
        #expect(size(.transferFrom(sender: other, recipient: other, amount: Word(1))) == Bandwidth(378))
    }

    @Test func permissionMasks() {
        let zeros = String(repeating: "0", count: 48)
        #expect(Permission.operations(allowing: ContractType.delegating).hex == "0000000000000006" + zeros)
        let all = ContractType.delegating.union(ContractType.staking)
        #expect(Permission.operations(allowing: all).hex == "102000000000c00f" + zeros)
    }

    @Test func referenceOfABlock() throws {
        let id = try #require(
            BlockID(bytes: bytes("0000000003fe2927939ece39d08a7abe000000000000000000000000000000ff"))
        )
        #expect(id.number == 0x3fe_2927)
        #expect(ReferenceBlock(id) == reference("2927", "939ece39d08a7abe"))
        #expect(ReferenceBlock(id).bytes.hex == "2927")
        #expect(ReferenceBlock(id).hashBytes.hex == "939ece39d08a7abe")
    }

    @Test func builderExpiresAMinuteLater() {
        let time = Timestamp(milliseconds: 1_777_447_467_000)
        let builder = TransactionBuilder(
            reference: reference("2927", "939ece39d08a7abe"),
            time: time,
            permissionID: 2
        )
        let body = builder.delegate(.trx, of: Self.owner, to: Self.other)
        #expect(body.expiration == time + .seconds(60))
        #expect(body.timestamp == time)
        #expect(body.permissionID == 2)
        #expect(
            body.contract
                == .delegateResource(
                    DelegateResource(owner: Self.owner, receiver: Self.other, resource: .energy, stake: .trx)
                )
        )
    }
}
