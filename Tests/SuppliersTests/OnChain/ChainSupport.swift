internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Models
internal import NIOCore
internal import NIOHTTP1
internal import Suppliers
internal import Testing
internal import Tron

extension DevnetUnderTest {
    /// Makes blocks at once.
    func mine(_ blocks: Int) async throws {
        try await post("mine", #"{"blocks":\#(blocks)}"#)
        clock.advance(.milliseconds(100) * blocks)
    }

    /// Lets a payment expire: its lifetime passes, and blocks after that become solid.
    func letPaymentsExpire() async throws {
        try await advance(.seconds(70))
        try await mine(25)
    }

    func trx(of address: TronAddress) async throws -> Sun { try await node.account(address)?.balance ?? .zero }

    /// Posts to a played supplier; the status and the JSON.
    func ask(_ path: String, _ body: String) async throws -> (status: Int, fields: [String: String]) {
        var request = HTTPClientRequest(url: "\(url)/suppliers/\(path)")
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let answer = try await response.body.collect(upTo: 1 << 20)
        return (
            Int(response.status.code), try JSONDecoder().decode(Texts.self, from: Data(answer.readableBytesView)).texts
        )
    }
}

/// The members of an object that are texts; of objects their names alone.
private struct Texts: Decodable {
    var texts: [String: String] = [:]

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Name.self)
        for name in fields.allKeys {
            texts[name.stringValue] = (try? fields.decode(String.self, forKey: name)) ?? ""
        }
    }
}

/// The purchase as another process reads it from the store.
func stored(_ purchase: PreparedPurchase) throws -> PreparedPurchase {
    try JSONDecoder().decode(PreparedPurchase.self, from: JSONEncoder().encode(purchase))
}

/// Sends a stored payment and nothing else: what a process has done that dies then.
func send(_ purchase: PreparedPurchase, to node: TronClient) async throws {
    let payment = try #require(purchase.payment)
    let outcome = await node.broadcast(try SignedTransaction(bytes: payment.bytes))
    #expect(outcome == .accepted)
}
