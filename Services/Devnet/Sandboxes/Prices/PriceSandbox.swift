internal import ChainModel
internal import Models

/// What can be made to go wrong with a source of prices.
enum PriceFaultKind: String, Sendable, CaseIterable {
    /// Its time stands still, an hour back. Only where answers carry one.
    case stale
    case throttled = "429"
    case broken = "5xx"
    /// Something that is not JSON.
    case garbage
    /// Half as much again as it was told to say.
    case outlier
    /// Its own words for an error.
    case error
    /// No answer for a minute.
    case slow
}

/// Plays CoinGecko, Binance, OKX, Kraken and JustLend's market snapshot.
actor PriceSandbox {
    private struct State {
        var price = PriceSandbox.start
        var fault: PriceFaultKind?
        /// How many requests the fault may still strike; `nil` is no limit.
        var count: Int?
        var requests: Int64 = 0
    }

    /// TRX in July 2026.
    private static let start: Int64 = 327_600
    /// JustLend's rent of 10,000 energy for a day then, in millionths of a TRX.
    private static let startRent: Int64 = 448_353

    private var states: [PriceMarket: State] = [:]
    private var rent = startRent

    /// The market that serves a path, and the rest of the path.
    static func route(_ path: String) -> (market: PriceMarket, path: String)? {
        guard let rest = Routes.rest(of: path, after: "/prices/") else { return nil }
        let name = rest.prefix { $0 != "/" }
        return PriceMarket(rawValue: String(name)).map { ($0, String(rest.dropFirst(name.count))) }
    }

    /// Answers as the source would.
    func answer(
        _ market: PriceMarket,
        _ path: String,
        _ parameters: [String: String],
        on node: Node
    ) async throws -> PriceAnswer {
        guard path == market.path else { return PriceAnswer(status: 404, #"{"error":"no such path"}"#) }
        if let refusal = market.refusal(parameters) { return refusal }
        let now = await node.now
        let (price, fault) = strike(market)
        switch fault {
        case .throttled: return PriceAnswer(status: 429, #"{"error":"too many requests"}"#, retryAfter: 1)
        case .broken: return PriceAnswer(status: 503, "Service Unavailable")
        case .garbage: return PriceAnswer("<html>\u{0}{\"price\": NaN")
        case .error: return market.error
        case .slow: try await Task.sleep(for: .seconds(60))
        case .stale: return market.ticker(price, at: now - .seconds(3600))
        case .outlier, nil: break
        }
        if market == .justlend { return await snapshot(of: node, price) }
        return market.ticker(price, at: now)
    }

    /// The price to tell and the fault that strikes.
    private func strike(_ market: PriceMarket) -> (TokenAmount, PriceFaultKind?) {
        var state = states[market] ?? State()
        state.requests += 1
        let fault = state.fault
        if fault != nil, let count = state.count {
            state.count = count - 1
            if count <= 1 { (state.fault, state.count) = (nil, nil) }
        }
        states[market] = state
        let units = fault == .outlier ? state.price + state.price / 2 : state.price
        return (TokenAmount(units: units) ?? TokenAmount.unit, fault)
    }

    /// JustLend's snapshot: stake and burn as this chain has them, rent as it was set.
    private func snapshot(of node: Node, _ price: TokenAmount) async -> PriceAnswer {
        let (limit, weight, fee) = await node.inspect { chain in
            let totals = chain.head.totals(.energy)
            return (totals.limit, totals.weight, chain.head.parameters.energyFee)
        }
        func trx(_ millionths: Int64?) -> String {
            "\(millionths.flatMap { TokenAmount(units: $0) } ?? TokenAmount.unit)"
        }
        // For 10,000 energy, in millionths of a TRX.
        let stake = limit > 0 ? scaledUp(10_000_000_000, by: weight, over: limit) : nil
        return PriceAnswer(
            #"{"code":0,"message":"SUCCESS","data":{"rentInfo":{"priceFor10KEnergByRent":"\#(trx(rent))","#
                + #""priceFor10KEnergByStake":"\#(trx(stake))","priceFor10KEnergByBurn":"\#(trx(fee * 10_000))","#
                + #""totalDelegatedEnergyTrx":"506918969","totalDelegatedEnergyRate":"0.10"},"#
                + #""stakeInfo":{"trxPrice":"\#(price)"}}}"#
        )
    }

    /// What the control API asks for: a price, a fault, both; of one source or of all.
    func set(_ markets: [PriceMarket], price: Int64?, fault: PriceFaultKind??, count: Int?, rent: Int64?) {
        for market in markets {
            var state = states[market] ?? State()
            if let price { state.price = price }
            if let fault { (state.fault, state.count) = (fault, fault == nil ? nil : count) }
            states[market] = state
        }
        if let rent { self.rent = rent }
    }

    /// Everything as it began.
    func reset() {
        states = [:]
        rent = Self.startRent
    }

    /// For the control API.
    var summary: JSON {
        let sources = PriceMarket.allCases.map { market -> JSON in
            let state = states[market] ?? State()
            var fields = Fields()
            fields.add("source", market.rawValue)
            fields.add("price", "\(TokenAmount(units: state.price) ?? TokenAmount.unit)")
            fields.add("fault", state.fault.map { .string($0.rawValue) })
            fields.add("count", state.count.map { .int(Int64($0)) })
            fields.add("requests", state.requests)
            return fields.json
        }
        return ["sources": .array(sources), "rent": .string("\(TokenAmount(units: rent) ?? TokenAmount.unit)")]
    }
}

extension TokenAmount {
    /// Never needed: what is kept is checked when it is set.
    fileprivate static var unit: TokenAmount {
        guard let amount = TokenAmount(units: 1) else { preconditionFailure("one is not negative") }
        return amount
    }
}
