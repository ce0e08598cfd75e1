internal import Hummingbird

extension Responder {
    /// Answers for a source of prices when the path is one of theirs.
    func price(_ path: String, _ request: Request) async throws -> Response? {
        guard let (market, rest) = PriceSandbox.route(path) else { return nil }
        let parameters = request.uri.queryParameters.reduce(into: [String: String]()) {
            $0[String($1.key)] = String($1.value)
        }
        let answer = try await node.prices.answer(market, rest, parameters, on: node)
        return Self.response(answer.status, Array(answer.body.utf8), retryAfter: answer.retryAfter)
    }
}
