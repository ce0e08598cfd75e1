internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Models
internal import NIOCore
internal import NIOHTTP1

/// The devnet's control API: what no client of a real network could do.
struct DevnetControl: Sendable {
    /// Its address, such as `http://127.0.0.1:18090`.
    let url: String

    /// One delegation the chain shows.
    struct Delegation: Decodable, Sendable {
        var from: TronAddress
        var to: TronAddress
        var energySun: Int64

        enum CodingKeys: String, CodingKey {
            case from
            case to
            case energySun = "energy_sun"
        }
    }

    /// The chain at a glance.
    struct State: Decodable, Sendable {
        var block: Int64
        var burntSun: Int64
        var delegations: [Delegation]
        var violations: [String]

        enum CodingKeys: String, CodingKey {
            case block
            case burntSun = "burnt_sun"
            case delegations
            case violations
        }
    }

    private struct Now: Decodable {
        var now_ms: Int64
    }

    private struct Refusal: Decodable {
        var error: String
    }

    /// Makes TRX and USDT out of nothing, and the account with them.
    func fund(_ address: TronAddress, trx: Int64, usdt: Int64) async throws {
        _ = try await post("fund", #"{"address":"\#(address)","trx":\#(trx),"usdt":\#(usdt)}"#)
    }

    /// Stakes TRX made out of nothing.
    func stake(_ address: TronAddress, resource: String, trx: Int64) async throws {
        _ = try await post("stake", #"{"address":"\#(address)","resource":"\#(resource)","trx":\#(trx)}"#)
    }

    /// Gives an account one active permission (id 2) that lets a key delegate and undelegate, and nothing else.
    func permitDelegating(_ address: TronAddress, by key: TronAddress) async throws {
        // Bits 57 and 58, DelegateResource and UnDelegateResource (DOMAIN 2.3).
        let operations = "0000000000000006" + String(repeating: "0", count: 48)
        _ = try await post(
            "permission",
            #"{"address":"\#(address)","actives":[{"permission_name":"allocator","threshold":1,"#
                + #""operations":"\#(operations)","keys":[{"address":"\#(key)","weight":1}]}]}"#
        )
    }

    /// What a played supplier says of itself and its customer.
    struct SupplierStatement: Decodable, Sendable {
        var balance: Int64
        var deposited: Int64
        var charged: Int64
        var refunded: Int64
        var placed: Int64
        var orders: [Order]

        /// One order, as the supplier has it.
        struct Order: Decodable, Sendable {
            /// Our name for it, or the transaction that paid.
            var key: String?
            var charged: Int64

            enum CodingKeys: String, CodingKey {
                case key
                case charged = "charged_sun"
            }
        }

        enum CodingKeys: String, CodingKey {
            case balance = "balance_sun"
            case deposited = "deposited_sun"
            case charged = "charged_sun"
            case refunded = "refunded_sun"
            case placed
            case orders
        }
    }

    /// Changes a played supplier: its price, our balance, faults.
    func setSupplier(_ name: String, _ body: String) async throws { _ = try await post("suppliers/\(name)", body) }

    /// Makes the node fail, or ends that.
    func setFault(_ body: String) async throws { _ = try await post("faults", body) }

    /// A played supplier's own statement.
    func supplier(_ name: String) async throws -> SupplierStatement {
        try JSONDecoder().decode(SupplierStatement.self, from: try await get("suppliers/\(name)"))
    }

    /// The chain at a glance.
    func state() async throws -> State { try JSONDecoder().decode(State.self, from: try await get("state")) }

    /// Domain time.
    func now() async throws -> Timestamp {
        Timestamp(milliseconds: try JSONDecoder().decode(Now.self, from: try await get("time")).now_ms)
    }

    func get(_ name: String) async throws -> Data {
        try await send(HTTPClientRequest(url: "\(url)/devnet/\(name)"), name)
    }

    func post(_ name: String, _ body: String) async throws -> Data {
        var request = HTTPClientRequest(url: "\(url)/devnet/\(name)")
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: body))
        return try await send(request, name)
    }

    private func send(_ request: HTTPClientRequest, _ name: String) async throws -> Data {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let body = try await response.body.collect(upTo: 8 << 20)
        let data = Data(body.readableBytesView)
        guard response.status == .ok else {
            let reason =
                (try? JSONDecoder().decode(Refusal.self, from: data))?.error ?? "status \(response.status.code)"
            throw StackError("the devnet refused \(name): \(reason)")
        }
        return data
    }
}
