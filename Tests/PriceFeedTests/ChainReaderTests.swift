internal import Logging
internal import Models
internal import NIOCore
internal import NIOPosix
internal import Planning
internal import Synchronization
internal import TestSupport
internal import Testing

@testable import PriceFeed

/// A node that answers each path as it is told, and refuses or keeps silent about others.
private final class NodeUnderTest: Sendable {
    /// Bodies by path; one that is missing is answered with 404, an empty one never.
    private let answers: Mutex<[String: String]>
    private let asked = Mutex<[String]>([])

    private static let head = """
        {"blockID":"00000000000003e8\(String(repeating: "0", count: 48))","block_header":{"raw_data":{"number":1000,\
        "timestamp":1795000000000,"parentHash":"00000000000003e7\(String(repeating: "0", count: 48))"}}}
        """
    private static let parameters = """
        {"chainParameter":[{"key":"getEnergyFee","value":210},{"key":"getTransactionFee","value":1000},\
        {"key":"getDynamicEnergyMaxFactor","value":34000}]}
        """
    private static let proposals = """
        {"proposals":[{"proposal_id":105,"proposer_address":"41\(String(repeating: "0", count: 40))",\
        "parameters":[{"key":11,"value":90}],"expiration_time":1795000259200,"create_time":1795000000000}]}
        """

    init() {
        answers = Mutex([
            "/wallet/getblock": Self.head,
            "/wallet/getchainparameters": Self.parameters,
            "/wallet/getcontractinfo": #"{"contract_state":{"energy_factor":17000},"smart_contract":{}}"#,
            "/wallet/getaccountresource": #"{"TotalEnergyLimit":180000000000,"TotalEnergyWeight":18961880220}"#,
            "/wallet/gettransactioninfobyblocknum": """
            [{"id":"\(String(repeating: "ab", count: 32))","blockNumber":1000,"blockTimeStamp":1795000000000,\
            "receipt":{"energy_usage_total":64285}}]
            """,
            "/wallet/listproposals": Self.proposals,
        ])
    }

    func answer(_ path: String, _ body: String?) { answers.withLock { $0[path] = body } }
    func count(_ path: String) -> Int { asked.withLock { $0.count { $0 == path } } }

    /// Runs `body` with a reader that has this node alone.
    func read(
        proposalInterval: Duration = .zero,
        sideLimit: Duration = .seconds(60),
        _ body: (ChainReader) async throws -> Void
    ) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(node: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let reader = try ChainReader(
            urls: ["http://127.0.0.1:\(channel.localAddress?.port ?? 0)"],
            token: "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
            proposalInterval: proposalInterval,
            sideLimit: sideLimit,
            logger: Logger(label: "chain") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            try await body(reader)
        } catch {
            await reader.shutDown()
            try await channel.close()
            throw error
        }
        await reader.shutDown()
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let node: NodeUnderTest
        private var request = ""

        init(node: NodeUnderTest) { self.node = node }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            request += String(buffer: unwrapInboundIn(data))
            // Head and body of the small requests there are.
            guard let end = request.firstRange(of: "\r\n\r\n") else { return }
            let head = request[..<end.lowerBound].lowercased()
            let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            let wanted = length.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
            guard request[end.upperBound...].utf8.count >= wanted else { return }
            let path = String(request.split(separator: " ").dropFirst().first ?? "")
            request = ""
            node.asked.withLock { $0.append(path) }
            guard let body = node.answers.withLock({ $0[path] }) else {
                return send("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", context)
            }
            if body.isEmpty { return }
            send("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)", context)
        }

        private func send(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }
}

/// What a reading of the chain needs, and what it can do without.
@Suite struct ChainReaderTests {
    private static let receipts = "/wallet/gettransactioninfobyblocknum"
    private static let proposals = "/wallet/listproposals"

    @Test func aReadingIsOfOneBlock() async throws {
        try await NodeUnderTest().read { reader in
            let (conditions, use) = try await reader.read()
            #expect(conditions.block == 1000 && conditions.energyFee == Sun(210) && conditions.tokenFactor == 17_000)
            #expect(conditions.proposals?[105]?.text == "11=90")
            #expect(use?.number == 1000 && use?.energy == Energy(64_285))
            let again = try await reader.read()
            #expect(again.use == nil, "told before")
        }
    }

    /// Refused, broken or never answered: prices go on without it.
    @Test(arguments: [nil, "not JSON", ""])
    func withoutProposalsAndReceiptsItIsAReadingToo(answer: String?) async throws {
        let node = NodeUnderTest()
        node.answer(Self.receipts, answer)
        node.answer(Self.proposals, answer)
        try await node.read(sideLimit: .milliseconds(500)) { reader in
            let (conditions, use) = try await reader.read()
            #expect(conditions.block == 1000 && conditions.proposals == nil && use == nil)
        }
    }

    @Test func whatWasMissingIsReadLater() async throws {
        let node = NodeUnderTest()
        node.answer(Self.receipts, nil)
        try await node.read(proposalInterval: .seconds(3600)) { reader in
            let without = try await reader.read()
            #expect(without.use == nil)
            node.answer(Self.receipts, "[]")
            let with = try await reader.read()
            #expect(with.use?.energy == .zero && with.conditions.proposals?.count == 1)
            #expect(node.count(Self.proposals) == 1, "once an interval")
        }
    }

    @Test func withoutWhatPricesAreMadeOfItIsNone() async throws {
        for path in ["/wallet/getchainparameters", "/wallet/getcontractinfo", "/wallet/getaccountresource"] {
            let node = NodeUnderTest()
            node.answer(path, "{}")
            try await node.read { reader in
                let fault = await #expect(throws: PriceFault.self) { try await reader.read() }
                #expect(fault?.code == .badAnswer || fault?.code.description == "malformed", "\(path)")
            }
        }
    }

    @Test func aTimeThatCannotBeIsABadAnswer() async throws {
        let node = NodeUnderTest()
        node.answer(
            "/wallet/getblock",
            """
            {"blockID":"00000000000003e8\(String(repeating: "0", count: 48))","block_header":{"raw_data":{"number":1000,\
            "timestamp":9223372036854775807,"parentHash":"\(String(repeating: "0", count: 64))"}}}
            """
        )
        try await node.read { reader in
            let fault = await #expect(throws: PriceFault.self) { try await reader.read() }
            #expect(fault?.code == .badAnswer)
        }
    }
}
