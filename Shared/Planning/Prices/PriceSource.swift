public import Models

/// Who tells what a TRX costs in dollars.
public enum PriceSource: String, Sendable, CaseIterable, Comparable {
    /// `GET /api/v3/simple/price?ids=tron&vs_currencies=usd&include_last_updated_at=true`
    case coingecko
    /// `GET /api/v3/ticker/price?symbol=TRXUSDT`
    case binance
    /// `GET /api/v5/market/ticker?instId=TRX-USDT`
    case okx
    /// `GET /0/public/Ticker?pair=TRXUSD`
    case kraken

    /// By name.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// Path and query, to be appended to the source's base address.
    public var path: String {
        switch self {
        case .coingecko: "/api/v3/simple/price?ids=tron&vs_currencies=usd&include_last_updated_at=true"
        case .binance: "/api/v3/ticker/price?symbol=TRXUSDT"
        case .okx: "/api/v5/market/ticker?instId=TRX-USDT"
        case .kraken: "/0/public/Ticker?pair=TRXUSD"
        }
    }

    /// Reads the body of a successful answer.
    ///
    /// Binance and OKX quote in USDT, the others in dollars; the difference is far below the tolerance between sources.
    /// - Returns: the price, and the moment it stands for where the source tells.
    /// - Throws: ``PriceFault`` with `badAnswer`, `refused` or `throttled`.
    public func read(_ body: [UInt8]) throws(PriceFault) -> (price: USDPerTRX, at: Timestamp?) {
        guard let json = PriceJSON(body) else { throw PriceFault(.badAnswer, "not JSON") }
        switch self {
        case .coingecko: return try coingecko(json)
        case .binance: return try binance(json)
        case .okx: return try okx(json)
        case .kraken: return try kraken(json)
        }
    }

    private func coingecko(_ json: PriceJSON) throws(PriceFault) -> (price: USDPerTRX, at: Timestamp?) {
        let coin = json["tron"]
        let price = try price(coin?["usd"], "tron.usd")
        let time = try moment(coin?["last_updated_at"], "tron.last_updated_at", millisecondsPerUnit: 1000)
        return (price, time)
    }

    private func binance(_ json: PriceJSON) throws(PriceFault) -> (price: USDPerTRX, at: Timestamp?) {
        try require(json["symbol"], "symbol", is: "TRXUSDT")
        return (try price(json["price"], "price"), nil)
    }

    private func okx(_ json: PriceJSON) throws(PriceFault) -> (price: USDPerTRX, at: Timestamp?) {
        guard let code = json["code"]?.decimal else { throw PriceFault(.badAnswer, "code is missing") }
        guard code == "0" else {
            // 50011: the limit of requests is exceeded.
            throw PriceFault(code == "50011" ? .throttled : .refused, "\(code): \(json["msg"]?.string ?? "")")
        }
        guard let data = json["data"]?.array, data.count == 1 else {
            throw PriceFault(.badAnswer, "data is not one ticker")
        }
        try require(data[0]["instId"], "data.instId", is: "TRX-USDT")
        let time = try moment(data[0]["ts"], "data.ts", millisecondsPerUnit: 1)
        return (try price(data[0]["last"], "data.last"), time)
    }

    private func kraken(_ json: PriceJSON) throws(PriceFault) -> (price: USDPerTRX, at: Timestamp?) {
        guard let errors = json["error"]?.array else { throw PriceFault(.badAnswer, "error is missing") }
        if let error = errors.first {
            // Its errors come with status 200.
            let text = error.string ?? "unknown"
            let isLimit = text.hasPrefix("EAPI:Rate limit") || text.hasPrefix("EGeneral:Too many requests")
            throw PriceFault(isLimit ? .throttled : .refused, text)
        }
        guard let result = json["result"]?.object, result.count == 1, let ticker = result.first?.value else {
            throw PriceFault(.badAnswer, "result is not one pair")
        }
        return (try price(ticker["c"]?.array?.first, "result.c"), nil)
    }

    private func require(_ value: PriceJSON?, _ name: String, is wanted: String) throws(PriceFault) {
        guard let text = value?.string else { throw PriceFault(.badAnswer, "\(name) is missing") }
        guard text == wanted else { throw PriceFault(.badAnswer, "\(name) is \(text.prefix(32)), not \(wanted)") }
    }

    /// Above this it is no price of a TRX, and sums of four stay far within 64 bits.
    private static let highest = USDPerTRX(rawValue: 1_000_000 * 1_000_000)

    private func price(_ value: PriceJSON?, _ name: String) throws(PriceFault) -> USDPerTRX {
        guard let text = value?.decimal else { throw PriceFault(.badAnswer, "\(name) is missing") }
        guard let raw = fixedPoint(text, places: 6) else {
            throw PriceFault(.badAnswer, "\(name) is not a price: \(text.prefix(32))")
        }
        guard raw > 0, raw <= Self.highest.rawValue else {
            throw PriceFault(.badAnswer, "\(name) cannot be a price: \(text.prefix(32))")
        }
        return USDPerTRX(rawValue: raw)
    }

    private func moment(
        _ value: PriceJSON?,
        _ name: String,
        millisecondsPerUnit: Int64
    ) throws(PriceFault) -> Timestamp {
        guard let text = value?.decimal, let units = fixedPoint(text, places: 0),
            units > 0, units < Timestamp.endOfMoments.milliseconds / millisecondsPerUnit
        else { throw PriceFault(.badAnswer, "\(name) is not a time") }
        return Timestamp(milliseconds: units * millisecondsPerUnit)
    }
}
