internal import Hummingbird

/// Which part of a list is asked for: `?after=<number>&limit=<count>`.
struct Page: Sendable {
    var after: Int
    var limit: Int

    init(_ request: Request, limit most: Int) throws(ControlError) {
        let parameters = request.uri.queryParameters
        func number(_ key: Substring, _ missing: Int) throws(ControlError) -> Int {
            guard let text = parameters[key] else { return missing }
            guard let number = Int(text), number >= 0 else { throw ControlError("\(key) must be a whole number") }
            return number
        }
        after = try number("after", 0)
        limit = min(most, try number("limit", most))
    }
}
