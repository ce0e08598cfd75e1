internal import Models

/// A source of prices that the devnet plays under `/prices/<name>`.
enum PriceMarket: String, Sendable, CaseIterable {
    case coingecko
    case binance
    case okx
    case kraken
    case justlend

    /// The one path it serves, and the query it wants.
    var path: String {
        switch self {
        case .coingecko: "/api/v3/simple/price"
        case .binance: "/api/v3/ticker/price"
        case .okx: "/api/v5/market/ticker"
        case .kraken: "/0/public/Ticker"
        case .justlend: "/lend/strx"
        }
    }

    /// The query field that names what is priced, and its value.
    private var subject: (field: String, value: String)? {
        switch self {
        case .coingecko: ("ids", "tron")
        case .binance: ("symbol", "TRXUSDT")
        case .okx: ("instId", "TRX-USDT")
        case .kraken: ("pair", "TRXUSD")
        case .justlend: nil
        }
    }

    /// Whether its answers say what moment they stand for: only those can be seen to be old.
    var tellsTime: Bool { self == .coingecko || self == .okx }

    /// What it answers when it is asked for something it does not have; `nil` when the question is right.
    func refusal(_ parameters: [String: String]) -> PriceAnswer? {
        guard let subject, parameters[subject.field] != subject.value else { return nil }
        switch self {
        case .coingecko: return PriceAnswer("{}")
        case .binance: return PriceAnswer(status: 400, #"{"code":-1121,"msg":"Invalid symbol."}"#)
        case .okx: return PriceAnswer(#"{"code":"51001","msg":"Instrument ID does not exist","data":[]}"#)
        case .kraken: return PriceAnswer(#"{"error":["EQuery:Unknown asset pair"]}"#)
        case .justlend: return nil
        }
    }

    /// Its own way to say that something is wrong, where it has one besides the status.
    var error: PriceAnswer {
        switch self {
        case .okx: PriceAnswer(#"{"code":"50001","msg":"Service temporarily unavailable","data":[]}"#)
        case .kraken: PriceAnswer(#"{"error":["EService:Unavailable"]}"#)
        case .binance: PriceAnswer(status: 400, #"{"code":-1000,"msg":"An unknown error occurred"}"#)
        case .coingecko: PriceAnswer(status: 400, #"{"error":"something is wrong"}"#)
        case .justlend: PriceAnswer(#"{"code":1,"message":"FAIL","data":null}"#)
        }
    }

    /// Its answer for a price of TRX.
    func ticker(_ price: TokenAmount, at now: Timestamp) -> PriceAnswer {
        switch self {
        case .coingecko:
            let time = now.milliseconds / 1000
            return PriceAnswer(#"{"tron":{"usd":\#(price),"last_updated_at":\#(time)}}"#)
        case .binance: return PriceAnswer(#"{"symbol":"TRXUSDT","price":"\#(price.places(8))"}"#)
        case .okx:
            let (last, time) = (price.description, now.milliseconds)
            return PriceAnswer(
                #"{"code":"0","msg":"","data":[{"instType":"SPOT","instId":"TRX-USDT","last":"\#(last)","askPx":"\#(last)","#
                    + #""bidPx":"\#(last)","ts":"\#(time)"}]}"#
            )
        case .kraken:
            let text = price.places(7)
            return PriceAnswer(
                #"{"error":[],"result":{"TRXUSD":{"a":["\#(text)","1","1.000"],"b":["\#(text)","1","1.000"],"#
                    + #""c":["\#(text)","100.00000000"]}}}"#
            )
        case .justlend: return error
        }
    }
}

/// What is sent, byte for byte.
struct PriceAnswer: Sendable {
    var status = 200
    var body: String
    var retryAfter: Int?

    init(status: Int = 200, _ body: String, retryAfter: Int? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }
}

extension TokenAmount {
    /// With exactly so many places, six or more.
    fileprivate func places(_ count: Int) -> String {
        let (whole, fraction) = units.quotientAndRemainder(dividingBy: 1_000_000)
        let digits = String(fraction)
        let zeros = String(repeating: "0", count: 6 - digits.count)
        return "\(whole).\(zeros)\(digits)\(String(repeating: "0", count: count - 6))"
    }
}
