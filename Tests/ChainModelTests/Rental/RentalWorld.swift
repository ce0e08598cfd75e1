import ChainModel
import Models

/// A world with a rental market that has a pool of stake.
extension World {
    static let market = address(1500)
    static let liquidator = address(1502)

    static func withMarket(seed: UInt64 = 1, accounts: Int = 8, poolTRX: Int64 = 1_000_000) throws -> World {
        var world = World(
            seed: seed,
            accounts: accounts,
            rentals: RentalMarket(
                address: market,
                creator: address(1501),
                liquidator: liquidator,
                at: Timestamp(milliseconds: 1_795_000_000_000)
            )
        )
        if poolTRX > 0 { try world.chain.stake(market, .energy, Sun(poolTRX * 1_000_000)) }
        return world
    }

    var rentals: RentalMarket {
        guard let rentals = chain.head.rentals else { preconditionFailure("a world with a market") }
        return rentals
    }

    func rental(_ renter: Int, _ receiver: Int) -> RentalMarket.Rental? {
        rentals.rental(RentalMarket.Key(renter: accounts[renter], receiver: accounts[receiver]))
    }

    func market(
        _ caller: TronAddress,
        _ function: RentalMarket.Function,
        _ words: [Word],
        value: Sun = .zero
    ) -> TriggerSmartContract {
        TriggerSmartContract(
            owner: caller,
            contractAddress: Self.market,
            callValue: value,
            data: function.selector + words.flatMap(\.bytes)
        )
    }

    func rent(_ renter: Int, for receiver: Int, stake: Int64, paying value: Int64) -> Contract {
        let words = [Word(accounts[receiver]), Word(UInt64(max(0, stake))), Word(1)]
        return .triggerSmartContract(market(accounts[renter], .rentResource, words, value: Sun(value)))
    }

    func giveBack(_ renter: Int, from receiver: Int, stake: Int64) -> Contract {
        let words = [Word(accounts[receiver]), Word(UInt64(max(0, stake))), Word(1)]
        return .triggerSmartContract(market(accounts[renter], .returnResource, words))
    }

    /// A read of the market: its words.
    func read(_ function: RentalMarket.Function, _ words: Word...) throws -> [Int64] {
        let output = try chain.head.simulate(market(accounts[0], function, words)).output
        return stride(from: 0, to: output.count, by: 32).map { Word(bytes: output[$0..<$0 + 32]).int64 ?? -1 }
    }

    /// What renting costs in advance, from what the market says of itself, as any client would compute it.
    func prepay(stake: Int64, seconds: Int64) throws -> Int64 {
        let rate = max(
            try read(.rentalRate, Word(UInt64(stake)), Word(1))[0],
            try read(.stableRate, Word(1))[0]
        )
        let time = seconds + 86_400 + (try read(.liquidateThreshold)[0])
        let one = Int128(1_000_000_000_000_000_000)
        let rent = (Int128(stake) * Int128(rate) * Int128(time) + one - 1) / one
        let fee = max(try read(.minFee)[0], Int64(Int128(stake) * Int128(try read(.feeRatio)[0]) / one))
        return Int64(rent) + fee
    }
}
