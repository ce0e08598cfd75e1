internal import HTTPTypes
internal import Models

/// A request to a service that the devnet plays, without the prefix of its paths.
struct SandboxRequest: Sendable {
    var method: HTTPRequest.Method
    /// Such as `/v1/order`.
    var path: String
    /// What stands after the question mark, as it was sent.
    var query: String
    var headers: HTTPFields
    var body: [UInt8]
    /// When it came, which may be long before it is looked at.
    var arrived: Timestamp?

    /// Path and query as they were sent.
    var target: String { query.isEmpty ? path : path + "?" + query }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    /// The query's fields; escapes are not undone, because nothing that suppliers are asked needs them.
    var parameters: [String: String] {
        query.split(separator: "&").reduce(into: [:]) { fields, part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[String(pair[0])] = pair.count > 1 ? String(pair[1]) : ""
        }
    }
}

/// What a played service answers.
struct SandboxAnswer: Sendable {
    var status = 200
    var body: JSON
    /// Sent instead of ``body``: what stands in front of a service does not speak its JSON.
    var text: String?
    /// Seconds.
    var retryAfter: Int?
    /// The request was carried out, and the connection closes without an answer.
    var isLost = false

    init(status: Int = 200, _ body: JSON, retryAfter: Int? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }

    var bytes: [UInt8] { text.map { Array($0.utf8) } ?? body.bytes }
}

/// A supplier of energy that the devnet plays under `/suppliers/<name>`, in the supplier's own protocol.
///
/// It decides what the words are; its ``SupplierDesk`` keeps prices, orders and faults, and delegates on the chain.
protocol Sandbox: Sendable {
    /// Its part of the path.
    var name: String { get }
    var desk: SupplierDesk { get }

    /// Which call a request is, so that faults can be aimed at it.
    func call(of request: SandboxRequest) -> SupplierCallName

    func answer(_ request: SandboxRequest) async -> SandboxAnswer

    /// Does what is due; called after each block.
    func work() async
}

extension Sandbox {
    func work() async { await desk.work() }
}

/// What a request to a supplier is about.
enum SupplierCallName: String, Sendable, CaseIterable {
    case quote
    case place
    case find
    case balance
    case other
}

/// Why an order is not taken. Each protocol has words of its own for it.
enum SandboxRefusal: Error, Sendable, Hashable {
    case insufficientFunds
    case unavailable
    case maintenance
    case invalidAddress
    case invalidEnergy
    case invalidDuration
    case notActivated
    case alreadyActivated
}
