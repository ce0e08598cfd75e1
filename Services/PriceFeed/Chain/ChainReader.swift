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
    /// The longest all calls of one reading may take together.
    private static let limit = Duration.seconds(20)

    private let client: TronClient
    private let token: TronAddress
    private let proposalInterval: Duration
    private let known = Mutex(Known())

    private struct Known {
        var proposals: [Int64: ChainConditions.Proposal] = [:]
        var proposalsAt: ContinuousClock.Instant?
        var sampled: Int64?
    }

    init(_ service: ServiceHost, _ configuration: PriceFeedConfiguration) throws {
        let key = service.configuration.optionalText(.tronAPIKey).flatMap { APIKey($0) }
        let endpoints = service.configuration.list(.tronNodes).map { NodeEndpoint(url: $0, apiKey: key) }
        token = try TronAddress(base58: service.configuration.text(.tronUSDTContract))
        proposalInterval = configuration.proposalInterval
        var settings = TronClientConfiguration()
        settings.extraHeaders = {
            TraceContext.current.map { [(TraceContext.headerName, $0.child().traceparent)] } ?? []
        }
        client = TronClient(endpoints, configuration: settings, logger: service.logger)
    }

    func run() async throws {
        try? await gracefulShutdown()  // Throws only when cancelled, which ends it too.
        await client.shutdown()
    }

    /// One reading, and what its newest block used unless that was told before.
    func read() async throws(PriceFault) -> (conditions: ChainConditions, use: BlockUse?) {
        do {
            return try await withTimeLimit(Self.limit) { try await self.readAll() }
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

    private func readAll() async throws -> (ChainConditions, BlockUse?) {
        let token = token
        let proposals = try await proposals()
        let sampled = known.withLock { $0.sampled }
        let reading = try await client.onSameNode { node throws(NodeError) in
            guard let head = try await node.blockSummary() else {
                throw NodeError.malformed(path: "/wallet/getblock", "no newest block")
            }
            let parameters = try await node.networkParameters().values
            let factor = try await node.contractInfo(token)?.energyFactor
            // Any account's answer carries the network's totals; the contract has one on every network it is on.
            let totals = try await node.accountResources(of: token)?.energyTotals
            var use: BlockUse?
            if head.number != sampled {
                let receipts = try await node.transactionReceipts(inBlock: head.number)
                use = BlockUse(number: head.number, time: head.time, energy: Self.sum(receipts))
            }
            return (head: head, parameters: parameters, factor: factor, totals: totals, use: use)
        }
        guard let factor = reading.factor, let totals = reading.totals else {
            throw PriceFault(.badAnswer, "the node knows no contract \(token.base58)")
        }
        let conditions = try ChainConditions(
            block: reading.head.number,
            blockTime: reading.head.time,
            parameters: reading.parameters,
            totalEnergy: totals.limit,
            totalWeight: totals.weight,
            tokenFactor: factor,
            proposals: proposals
        )
        known.withLock { $0.sampled = reading.head.number }
        return (conditions, reading.use)
    }

    private static func sum(_ receipts: [TransactionReceipt]) -> Energy {
        receipts.reduce(.zero) { sum, receipt in sum.adding(receipt.energyTotal.clamped) ?? sum }
    }

    private func proposals() async throws -> [Int64: ChainConditions.Proposal] {
        let now = ContinuousClock.now
        let fresh = known.withLock { known in
            known.proposalsAt.flatMap { now - $0 < proposalInterval ? known.proposals : nil }
        }
        if let fresh { return fresh }
        let listed = try await client.proposals().map { proposal in
            (
                proposal.id,
                ChainConditions.Proposal(
                    parameters: proposal.parameters,
                    created: proposal.created,
                    expires: proposal.expires,
                    // Both have the nodes' words; one that is new here may still be voted on.
                    state: .init(rawValue: proposal.state.rawValue) ?? .pending
                )
            )
        }
        let proposals = Dictionary(listed, uniquingKeysWith: { $1 })
        known.withLock {
            $0.proposals = proposals
            $0.proposalsAt = now
        }
        return proposals
    }
}
