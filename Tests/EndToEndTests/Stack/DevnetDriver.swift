internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Models
internal import NIOCore
internal import NIOHTTP1

/// The devnet's control API, as a test uses it.
struct DevnetDriver: Sendable {
    let url: String

    struct Delegation: Decodable, Sendable {
        var from: String
        var to: String
        var energySun: Int64

        enum CodingKeys: String, CodingKey {
            case from
            case to
            case energySun = "energy_sun"
        }
    }

    struct State: Decodable, Sendable {
        var block: Int64
        /// Transactions that wait for a block.
        var pending: Int
        var delegations: [Delegation]
        var violations: [String]
    }

    private struct Time: Decodable {
        var milliseconds: Int64

        enum CodingKeys: String, CodingKey {
            case milliseconds = "now_ms"
        }
    }

    /// Makes TRX and USDT out of nothing.
    func fund(_ address: TronAddress, trx: Int64, usdt: Int64) async throws {
        try await post("fund", #"{"address":"\#(address)","trx":\#(trx),"usdt":\#(usdt)}"#)
    }

    func state() async throws -> State { try JSONDecoder().decode(State.self, from: try await get("state")) }

    /// Domain time.
    func now() async throws -> Timestamp {
        Timestamp(milliseconds: try JSONDecoder().decode(Time.self, from: try await get("time")).milliseconds)
    }

    /// Moves domain time ahead.
    func advance(_ duration: Duration) async throws {
        try await post("time", #"{"advance_ms":\#(duration.wholeMilliseconds)}"#)
    }

    /// Makes a block, even when the chain is stuck.
    func mine() async throws { try await post("mine", #"{"blocks":1}"#) }

    /// Sets faults; see the devnet's README.
    func fault(_ body: String) async throws { try await post("faults", body) }

    @discardableResult
    func post(_ name: String, _ body: String) async throws -> Data {
        var request = HTTPClientRequest(url: "\(url)/devnet/\(name)")
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: body))
        return try await send(request, name)
    }

    func get(_ name: String) async throws -> Data {
        try await send(HTTPClientRequest(url: "\(url)/devnet/\(name)"), name)
    }

    /// Asks the node, as any client of TRON does.
    func node(_ path: String, _ body: String) async throws -> Data {
        var request = HTTPClientRequest(url: "\(url)/\(path)")
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: body))
        return try await send(request, path)
    }

    private func send(_ request: HTTPClientRequest, _ name: String) async throws -> Data {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let body = try await response.body.collect(upTo: 8 << 20)
        guard response.status.code == 200 else {
            throw EndToEndError("the devnet refused \(name): \(String(buffer: body))")
        }
        return Data(body.readableBytesView)
    }
}
