internal import Models

extension RentalMarket {
    /// The functions of the market, by the first four bytes of the call data.
    public enum Function: UInt32, Sendable, CaseIterable {
        case rentResource = 0xfd85_27a1
        case returnResource = 0xaf6f_4896
        case returnResourceByReceiver = 0xf401_7964
        case liquidate = 0x26c0_1303
        case rentals = 0x195d_0f08
        case getRentInfo = 0xc449_d2a9
        case rentalRate = 0x3193_fada
        case stableRate = 0x2162_0ec2
        case liquidateRate = 0x1927_dd51
        case liquidateThreshold = 0xfdcb_648c
        case feeRatio = 0x4174_4dd4
        case minFee = 0x24ec_7590
        case usageChargeRatio = 0x5e2d_8724
        case maxRentableOfType = 0x7921_b4b1
        case rentPaused = 0x58d0_a4db
        case totalDelegatedOfType = 0x23d6_a5b2
        case totalFrozenOfType = 0xce78_c081
        case badDebt = 0xbbca_c557
        case totalRent = 0x40f7_7ce3

        /// Name and argument types, as `function_selector` gives them.
        public var signature: String {
            switch self {
            case .rentResource: "rentResource(address,uint256,uint256)"
            case .returnResource: "returnResource(address,uint256,uint256)"
            case .returnResourceByReceiver: "returnResourceByReceiver(address,uint256,uint256)"
            case .liquidate: "liquidate(address,address,uint256)"
            case .rentals: "rentals(address,address,uint256)"
            case .getRentInfo: "getRentInfo(address,address,uint256)"
            case .rentalRate: "_rentalRate(uint256,uint256)"
            case .stableRate: "_stableRate(uint256)"
            case .liquidateRate: "_liquidateRate(uint256)"
            case .liquidateThreshold: "liquidateThreshold()"
            case .feeRatio: "feeRatio()"
            case .minFee: "minFee()"
            case .usageChargeRatio: "usageChargeRatio()"
            case .maxRentableOfType: "maxRentableOfType(uint256)"
            case .rentPaused: "rentPaused(uint256)"
            case .totalDelegatedOfType: "totalDelegatedOfType(uint256)"
            case .totalFrozenOfType: "totalFrozenOfType(uint256)"
            case .badDebt: "badDebt()"
            case .totalRent: "totalRent()"
            }
        }

        /// The first four bytes of the call data.
        public var selector: [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (24 - 8 * UInt32($0))) }
        }

        /// Whether it only reads.
        public var isView: Bool {
            switch self {
            case .rentResource, .returnResource, .returnResourceByReceiver, .liquidate: false
            default: true
            }
        }
    }
}

extension EventLog {
    /// `keccak256("RentResource(address,address,uint256,uint256,uint256,uint256)")`
    public static let rentTopic = topic("23a5a93ae252bbe6a35d225666689d1f0e0d326670eb0ff841e52968e3c76fbf")
    /// `keccak256("ReturnResource(address,address,uint256,uint256,uint256,uint256,uint256)")`
    public static let returnTopic = topic("527a7eef0c64cf08b7987567ee2a858e7c11f7020624076a8d670a6b7dbd73ad")
    /// `keccak256("Liquidate(address,address,address,uint256,uint256,uint256,uint256,uint256)")`
    public static let liquidateTopic = topic("b0dbe18c6ffdf0da655dd690e77211d379205c497be44c64447c3f5f021b5167")

    private static func topic(_ hash: String) -> Word { Word(bytes: [UInt8](hex: hash) ?? []) }
}

extension CallCost {
    /// Renting: what a call on mainnet took (JustLend DAO's guide, transaction b8a791fe…: 8,429 energy).
    static let rent = CallCost(ones: 0, twos: 0, threes: 0, others: 8429)
    /// Giving back or liquidating; no figure is published, the pair is said to cost about 0.8 TRX at 100 sun.
    static let giveBack = CallCost(ones: 0, twos: 0, threes: 0, others: 7900)
}

extension ChainState {
    /// Runs a call of the market on this state. When it reverts the caller drops the state.
    /// - Parameter value: TRX sent along, already in the market's balance.
    mutating func callMarket(_ data: [UInt8], from caller: TronAddress, value: Sun) -> CallOutcome {
        let selector = data.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard data.count >= 4, let function = RentalMarket.Function(rawValue: selector),
            value == .zero || function == .rentResource, rentals != nil
        else { return .plain(.revert, reverted: true) }
        accrueRent()
        func word(_ index: Int) -> Word {
            let bytes = data.dropFirst(4 + 32 * index).prefix(32)
            return Word(bytes: Array(bytes) + [UInt8](repeating: 0, count: 32 - bytes.count))
        }
        if function.isView { return .plain(.view, output: view(function, word)) }
        let logs: (output: [UInt8], logs: [EventLog])?
        switch function {
        case .rentResource:
            logs = rent(caller, for: word(0).address, word(1).int64, resource: word(2), value)
        case .returnResource:
            logs = giveBack(renter: caller, receiver: word(0).address, word(1).int64, resource: word(2))
        case .returnResourceByReceiver:
            logs = giveBack(renter: word(0).address, receiver: caller, word(1).int64, resource: word(2))
        default: logs = liquidate(caller, renter: word(0).address, receiver: word(1).address, resource: word(2))
        }
        guard let logs else { return .plain(.revert, reverted: true) }
        return .plain(function == .rentResource ? .rent : .giveBack, output: logs.output, logs: logs.logs)
    }

    /// Reads answer zero for bandwidth, which is not rented out here.
    private func view(_ function: RentalMarket.Function, _ word: (Int) -> Word) -> [UInt8] {
        guard let market = rentals else { return [] }
        func words(_ values: Int64...) -> [UInt8] { values.flatMap { Word(UInt64(max(0, $0))).bytes } }
        func energy(_ index: Int, _ value: @autoclosure () -> Int64) -> [UInt8] {
            words(word(index) == Word(1) ? value() : 0)
        }
        var rental: RentalMarket.Rental? {
            guard word(2) == Word(1), let renter = word(0).address, let receiver = word(1).address else { return nil }
            return market.rental(RentalMarket.Key(renter: renter, receiver: receiver))
        }
        switch function {
        case .rentals:
            return words(rental?.stake.rawValue ?? 0, rental?.deposit.rawValue ?? 0, rental?.index ?? 0)
        case .getRentInfo:
            return words(rental.map { market.settled($0).rental.deposit.rawValue } ?? 0, market.index)
        case .rentalRate: return energy(1, rentalRate(adding: Sun(word(0).int64 ?? Int64.max / 2)))
        case .stableRate: return energy(0, market.stableRate)
        case .liquidateRate: return energy(0, chargedRate)
        case .liquidateThreshold: return words(market.terms.liquidateThreshold)
        case .feeRatio: return words(market.terms.feeRatio)
        case .minFee: return words(market.terms.minimumFee.rawValue)
        case .usageChargeRatio: return words(market.terms.usageChargeRatio)
        case .maxRentableOfType: return energy(0, rentable.rawValue)
        case .rentPaused: return words(market.terms.isPaused ? 1 : 0)
        case .totalDelegatedOfType: return energy(0, market.rented.rawValue)
        case .totalFrozenOfType: return energy(0, rentalPool.rawValue)
        case .badDebt: return words(market.badDebt.rawValue)
        case .totalRent: return words(market.income.rawValue)
        case .rentResource, .returnResource, .returnResourceByReceiver, .liquidate: return []
        }
    }
}

extension CallOutcome {
    /// The outcome of a call whose contract has no dynamic factor.
    static func plain(
        _ cost: CallCost,
        output: [UInt8] = [],
        logs: [EventLog] = [],
        reverted: Bool = false
    ) -> CallOutcome {
        CallOutcome(energy: cost.base, penalty: 0, output: output, logs: logs, reverted: reverted)
    }
}
