import Models
import Planning
import Testing

/// The n-th address of tests.
func address(_ number: Int64) -> TronAddress {
    var bytes = [UInt8](repeating: 0, count: 20)
    for index in 0..<8 { bytes[19 - index] = UInt8(truncatingIfNeeded: number >> (8 * Int64(index))) }
    guard let address = TronAddress(evm: bytes) else { preconditionFailure("20 bytes are an address") }
    return address
}

/// The n-th transaction of tests.
func transaction(_ number: Int64) -> TransactionID {
    var bytes = [UInt8](repeating: 0xAB, count: 32)
    for index in 0..<8 { bytes[31 - index] = UInt8(truncatingIfNeeded: number >> (8 * Int64(index))) }
    guard let id = TransactionID(bytes: bytes) else { preconditionFailure("32 bytes are a transaction") }
    return id
}

func partner(_ text: String) -> PartnerID {
    guard let id = PartnerID(text) else { preconditionFailure("\(text) is no partner") }
    return id
}

func key(_ number: Int64, of name: String = "p1") -> WithdrawalKey {
    guard let id = WithdrawalID("w\(number)") else { preconditionFailure("w\(number) is no withdrawal") }
    return WithdrawalKey(partner: partner(name), id: id)
}

func moment(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_790_000_000_000 + seconds * 1000) }

func allocation(_ number: Int64) -> UUIDv7 { UUIDv7(high: 0x7000, low: UInt64(number)) }

func claim(
    _ number: Int64,
    energy: Int64 = 65_000,
    bandwidth: Int64 = 345,
    units: Int64 = 1,
    urgency: Int16 = 0,
    at second: Int64? = nil
) -> Claim {
    Claim(
        key: key(number),
        need: Need(energy: Energy(energy), bandwidth: Bandwidth(bandwidth)),
        units: units,
        urgency: urgency,
        receivedAt: moment(second ?? number)
    )
}

func position(
    limit: Int64 = 1_000_000,
    used: Int64 = 0,
    bandwidth: Int64 = 600,
    balance: Int64 = 1_000_000_000,
    tokens: Int64 = 1_000_000_000,
    withheld: Int64 = 0,
    promised: Int64 = 0,
    promisedUnits: Int64 = 0,
    promisedCount: Int64 = 0
) -> WalletPosition {
    WalletPosition(
        wallet: address(1),
        block: 100,
        activated: true,
        energyLimit: Energy(limit),
        energyUsed: Energy(used),
        bandwidthAvailable: Bandwidth(bandwidth),
        balance: Sun(balance),
        tokenUnits: tokens,
        withheld: Energy(withheld),
        promisedEnergy: Energy(promised),
        promisedUnits: promisedUnits,
        promisedCount: promisedCount
    )
}

func withdrawal(
    _ number: Int64,
    from wallet: TronAddress = address(1),
    urgency: Int16 = 0,
    deadline: Timestamp? = nil,
    maxCost: Sun? = nil,
    user: String? = nil,
    at second: Int64? = nil
) -> Withdrawal {
    Withdrawal(
        key: key(number),
        from: wallet,
        to: address(900 + number),
        units: 5,
        userID: user,
        urgency: urgency,
        deadline: deadline,
        maxCost: maxCost,
        receivedAt: moment(second ?? number)
    )
}

func terms(_ number: Int64, notAfter: Timestamp = moment(1000)) -> ReadyTerms {
    ReadyTerms(
        allocationID: allocation(number),
        bandwidthAvailable: Bandwidth(600),
        energyPrice: Sun(100),
        notAfter: notAfter,
        cost: sheet(1000)
    )
}

/// A sheet of one item.
func sheet(_ total: Int64, source: String = "own_stake") -> CostSheet {
    CostSheet(
        source: source,
        energy: Energy(total),
        energyPrice: SunPerEnergy(rawValue: 1_000_000),
        energyCost: Sun(total),
        bandwidthCost: .zero,
        activationCost: .zero,
        margin: .zero,
        fee: .zero,
        total: Sun(total),
        baseline: .zero
    )
}

/// What holds for promises: p1 pays a fee and no margin.
func promiseTerms(
    fee: Int64 = 0,
    rule: ChargeRule = .ifNotReused,
    payer: Payer = .partner,
    notAfter: Timestamp = moment(60),
    shortUntil: Timestamp = moment(900),
    bringing: EnergyOffer? = nil
) -> PromiseTerms {
    let terms = PricingTerms(marginPermille: 0, fee: Sun(fee), chargeRule: rule, payer: payer)
    return PromiseTerms(
        registry: RegistrySnapshot(revision: 1, partners: [.init(id: partner("p1"), paused: false, terms: terms)]),
        energyFee: Sun(100),
        bandwidthFee: Sun(1000),
        notAfter: notAfter,
        shortUntil: shortUntil,
        bringing: bringing
    )
}
