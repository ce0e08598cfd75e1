internal import ChainModel
internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import ServiceLifecycle
internal import Synchronization
internal import Telemetry
internal import Tron

/// Reads what the chain charges and yields from TRON nodes.
final class ChainReader: Service {
    /// The longest all calls that a reading needs may take together.
    private static let limit = Duration.seconds(20)
    /// The longest that something may take without which a reading is one all the same.
    private let sideLimit: Duration

    private let client: TronClient
    private let token: TronAddress
    private let proposalInterval: Duration
    private let logger: Logger
    private let known = Mutex(Known())

    private struct Known {
        var proposals: [Int64: ChainConditions.Proposal]?
        var proposalsAt: ContinuousClock.Instant?
        var sampled: Int64?
    }

    /// Reads from the nodes that the house is configured with.
    convenience init(_ service: ServiceHost, _ configuration: PriceFeedConfiguration) throws {
        let key = service.configuration.optionalText(.tronAPIKey).flatMap { APIKey($0) }
        try self.init(
            urls: service.configuration.list(.tronNodes),
            key: key,
            token: service.configuration.text(.tronUSDTContract),
            proposalInterval: configuration.proposalInterval,
            logger: service.logger
        )
    }

    init(
        urls: [String],
        key: APIKey? = nil,
        token: String,
        proposalInterval: Duration,
        sideLimit: Duration = .seconds(4),
        logger: Logger
    ) throws {
        self.token = try TronAddress(base58: token)
        self.proposalInterval = proposalInterval
        self.sideLimit = sideLimit
        self.logger = logger
        var settings = TronClientConfiguration()
        settings.extraHeaders = {
            TraceContext.current.map { [(TraceContext.headerName, $0.child().traceparent)] } ?? []
        }
        client = TronClient(urls.map { NodeEndpoint(url: $0, apiKey: key) }, configuration: settings, logger: logger)
    }

    func run() async throws {
        try? await gracefulShutdown()  // Throws only when cancelled, which ends it too.
        await shutDown()
    }

    /// Closes the connections.
    func shutDown() async { await client.shutdown() }

    /// One reading, and what its newest block used unless that was told before or is not to be had. Its proposals are
    /// absent when the list of them could not be read.
    func read() async throws(PriceFault) -> (conditions: ChainConditions, use: BlockUse?) {
        do {
            let reading = try await withTimeLimit(Self.limit) { try await self.readOne() }
            return (try reading.conditions(await proposals()), reading.use)
        } catch let fault as PriceFault {
            throw fault
        } catch let error as NodeError {
            throw PriceFault(PriceFault.Code(error.code.description), "\(error)", retryAfter: error.retryAfter)
        } catch is TimeLimitExceeded {
            throw PriceFault(.timedOut, "the nodes took more than \(Self.limit) for one reading")
        } catch {
            throw PriceFault(.unreachable, "\(error)")
        }
    }

    /// What one node said at one time.
    private struct OneReading: Sendable {
        var head: BlockSummary
        var parameters: [String: Int64]
        var factor: Int64
        var totals: ResourceTotals
        var use: BlockUse?

        func conditions(_ proposals: [Int64: ChainConditions.Proposal]?) throws(PriceFault) -> ChainConditions {
            try ChainConditions(
                block: head.number,
                blockTime: head.time,
                parameters: parameters,
                totalEnergy: totals.limit,
                totalWeight: totals.weight,
                tokenFactor: factor,
                proposals: proposals
            )
        }
    }

    private func readOne() async throws -> OneReading {
        let token = token
        let sampled = known.withLock { $0.sampled }
        let reading = try await client.onSameNode { node throws(NodeError) -> OneReading? in
            guard let head = try await node.blockSummary() else {
                throw NodeError.malformed(path: "/wallet/getblock", "no newest block")
            }
            let parameters = try await node.networkParameters().values
            let factor = try await node.contractInfo(token)?.energyFactor
            // Any account's answer carries the network's totals; the contract has one on every network it is on.
            let totals = try await node.accountResources(of: token)?.energyTotals
            guard let factor, let totals else { return nil }
            let use = head.number == sampled ? nil : await self.use(of: head, at: node)
            return OneReading(head: head, parameters: parameters, factor: factor, totals: totals, use: use)
        }
        guard let reading else { throw PriceFault(.badAnswer, "the node knows no contract \(token.base58)") }
        if let use = reading.use { known.withLock { $0.sampled = use.number } }
        return reading
    }

    private func use(of head: BlockSummary, at node: any TronNode) async -> BlockUse? {
        let receipts = await side("receipts") { try await node.transactionReceipts(inBlock: head.number) }
        return receipts.map { receipts in
            let energy = receipts.reduce(Energy.zero) { sum, receipt in
                sum.adding(receipt.energyTotal.clamped) ?? sum
            }
            return BlockUse(number: head.number, time: head.time, energy: energy)
        }
    }

    /// Something without which a reading is one all the same: not every node offers it, and it may be long.
    private func side<Value: Sendable>(
        _ name: String,
        _ read: @escaping @Sendable () async throws -> Value
    ) async -> Value? {
        do {
            return try await withTimeLimit(sideLimit, read)
        } catch {
            if !Task.isCancelled {
                logger.notice("part of a reading of the chain is missing", error: error, metadata: ["part": "\(name)"])
            }
            return nil
        }
    }

    /// The list, read once an interval; `nil` after a failure, which leaves what is stored as it is.
    private func proposals() async -> [Int64: ChainConditions.Proposal]? {
        let now = ContinuousClock.now
        let (listed, isDue) = known.withLock { known in
            (known.proposals, known.proposalsAt.map { now - $0 >= proposalInterval } ?? true)
        }
        guard isDue else { return listed }
        let client = client
        let read = await side("proposals") { try await client.proposals() }
        return known.withLock { known in
            known.proposalsAt = now
            known.proposals = read.map { listed in
                Dictionary(listed.map { ($0.id, ChainConditions.Proposal($0)) }, uniquingKeysWith: { $1 })
            }
            return known.proposals
        }
    }
}

extension ChainConditions.Proposal {
    fileprivate init(_ proposal: Proposal) {
        self.init(
            parameters: proposal.parameters,
            created: proposal.created,
            expires: proposal.expires,
            // Both have the nodes' words; one that is new here may still be voted on.
            state: .init(rawValue: proposal.state.rawValue) ?? .pending
        )
    }
}
