internal import Logging
internal import Metrics
internal import Models
internal import Planning
internal import ServiceKit
internal import Synchronization
internal import Telemetry

/// Asks every source at its own pace; each answer is one transaction that decides anew from all that is known.
///
/// What it knows is in the database alone, so that another replica goes on where this one stopped.
struct PriceFeed: Sendable {
    let service: ServiceHost
    let configuration: PriceFeedConfiguration
    let http: HTTPReader
    let chain: ChainReader

    /// Runs until cancelled.
    func run() async throws {
        let names = configuration.trx.map(\.source.rawValue) + (configuration.justLend == nil ? [] : ["justlend"])
        try await service.transaction { work in
            try await SourceStore.enable(names + ["suppliers", "chain"], in: work.database)
        }
        await withTaskGroup { group in
            for source in configuration.trx {
                group.addTask {
                    await poll(source.source.rawValue, every: source.interval) { () throws(PriceFault) in
                        let body = try await http.get(source.url, headers: source.headers)
                        let (price, at) = try source.source.read(body)
                        return .trx(source.source, price, at: at)
                    }
                }
            }
            if let url = configuration.justLend {
                group.addTask {
                    await poll("justlend", every: configuration.justLendInterval) { () throws(PriceFault) in
                        .justLend(try JustLendSnapshot(try await http.get(url, limit: 512 << 10)))
                    }
                }
            }
            group.addTask {
                await poll("suppliers", every: configuration.pollInterval) { () throws(PriceFault) in
                    do {
                        return .suppliers(try await SupplierPriceStore.quoted(in: service.postgres))
                    } catch {
                        throw PriceFault(.unreachable, "\(error)")
                    }
                }
            }
            group.addTask {
                // Behind it are several nodes with breakers of their own.
                let breaker = SourceBreaker(longest: .seconds(30), longestWish: .seconds(30))
                await poll("chain", every: configuration.chainInterval, breaker: breaker) { () throws(PriceFault) in
                    let (conditions, use) = try await chain.read()
                    return .chain(conditions, use)
                }
            }
            // Prices grow old also while no source answers.
            group.addTask { await again(every: configuration.pollInterval, "decide") { try await record(nil) } }
            group.addTask { await again(every: .seconds(60), "purge") { try await purge() } }
        }
        try Task.checkCancellation()
    }

    /// Looks at one source again and again, less often while it fails.
    private func poll(
        _ name: String,
        every pace: Duration,
        breaker: SourceBreaker = SourceBreaker(),
        _ read: @Sendable () async throws(PriceFault) -> Reading
    ) async {
        var breaker = breaker
        while !Task.isCancelled {
            let outcome: Result<Reading, PriceFault>
            do {
                outcome = .success(try await TraceContext.begin { try await read() })
            } catch {
                if Task.isCancelled { return }
                outcome = .failure(error as? PriceFault ?? PriceFault(.unreachable, "\(error)"))
            }
            var fault: PriceFault?
            var isStored = true
            do {
                fault = try await record(Look(source: name, outcome: outcome, failures: breaker.failures))
            } catch {
                if Task.isCancelled { return }
                if case .failure(let own) = outcome { fault = own }
                isStored = false
                service.logger.warning("a price was not stored", error: error, metadata: ["source": "\(name)"])
            }
            count(name, fault)
            let wait = fault.map { breaker.failed($0, pace: pace) }
            if let fault, let wait, breaker.failures == 1 || breaker.isOpen {
                service.logger.warning(
                    "a source of prices failed",
                    error: fault,
                    metadata: ["source": "\(name)", "again_in": "\(wait)"]
                )
            }
            if fault == nil, isStored { breaker.succeeded() }
            // Ends early only when cancelled.
            try? await Task.sleep(
                for: isStored ? wait ?? pace : SourceBreaker.pause(unstored: wait, pace: pace)
            )
        }
    }

    private func again(every pace: Duration, _ name: String, _ body: @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                try await TraceContext.begin { try await body() }
            } catch {
                if Task.isCancelled { return }
                service.logger.warning("a turn failed", error: error, metadata: ["turn": "\(name)"])
            }
            try? await Task.sleep(for: pace)  // Ends early only when cancelled.
        }
    }

    private func count(_ name: String, _ fault: PriceFault?) {
        let dimensions = [("source", name), ("outcome", fault?.code.description ?? "ok")]
        Counter(label: "busbar_price_polls", dimensions: dimensions, factory: service.metrics).increment()
    }

    /// Takes over what was read, and tells what is new: one transaction.
    /// - Returns: why nothing was taken over.
    @discardableResult
    private func record(_ look: Look?) async throws -> PriceFault? {
        let enabled = Set(configuration.trx.map(\.source))
        let policy = configuration.policy
        let result = try await service.transaction { work in
            let step = FeedTransaction(enabled: enabled, policy: policy, now: work.now)
            let result = try await step.run(look, in: work.database)
            if let event = result.prices { try work.publish(event) }
            if let event = result.chain { try work.publish(event) }
            return result
        }
        for (source, verdict) in result.refused {
            service.logger.notice(
                "a quote is not used",
                metadata: ["source": "\(source)", "why": "\(verdict.name) \(verdict.detail)"]
            )
        }
        return result.fault
    }

    private func purge() async throws {
        let now = service.clock.now()
        try await HistoryStore.purge(
            minutesBefore: now - configuration.minuteHistory,
            hoursBefore: now - configuration.hourHistory,
            in: service.postgres
        )
    }
}
