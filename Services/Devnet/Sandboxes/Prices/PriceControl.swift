internal import Models

/// `/devnet/prices`: what the sources of prices say, and what goes wrong with them.
enum PriceControl {
    @Sendable static func list(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        await node.prices.summary
    }

    /// `{"source":"binance","price":"0.33","fault":"outlier","count":3}`; without a source for all of them. The fault
    /// `none` ends one. `rent` is JustLend's, in TRX for 10,000 energy and a day.
    @Sendable static func set(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["source", "price", "fault", "count", "rent"])
        var markets = PriceMarket.allCases
        if let name = body["source"] {
            guard let market = name.string.flatMap({ PriceMarket(rawValue: $0) }) else {
                throw ControlError("source must be one of \(PriceMarket.allCases.map(\.rawValue))")
            }
            markets = [market]
        }
        let price = try request.millionths("price")
        let rent = try request.millionths("rent")
        for amount in [price, rent] where amount.map({ $0 <= 0 || $0 > 1_000_000_000_000 }) == true {
            throw ControlError("a price must be positive, and a million at most")
        }
        var fault: PriceFaultKind??
        if let text = body["fault"]?.string {
            guard let kind = PriceFaultKind(rawValue: text) else {
                guard text == "none" else {
                    throw ControlError("fault must be none or one of \(PriceFaultKind.allCases.map(\.rawValue))")
                }
                fault = .some(nil)
                return try await apply(node, markets, price, fault, nil, rent)
            }
            if kind == .stale {
                if body["source"] == nil { markets = markets.filter(\.tellsTime) }
                guard markets.allSatisfy(\.tellsTime) else {
                    throw ControlError("\(markets[0].rawValue) tells no time, so it cannot be seen to be stale")
                }
            }
            fault = .some(kind)
        }
        let count = request.has("count") ? Int(try request.int("count", 1...1_000_000_000)) : nil
        return try await apply(node, markets, price, fault, count, rent)
    }

    private static func apply(
        _ node: Node,
        _ markets: [PriceMarket],
        _ price: Int64?,
        _ fault: PriceFaultKind??,
        _ count: Int?,
        _ rent: Int64?
    ) async throws(ControlError) -> JSON {
        guard price != nil || fault != nil || rent != nil else {
            throw ControlError("nothing to do: name a price, a fault or a rent")
        }
        await node.prices.set(markets, price: price, fault: fault, count: count, rent: rent)
        return await node.prices.summary
    }
}
