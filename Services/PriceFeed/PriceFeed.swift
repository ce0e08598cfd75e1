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
            try await SourceStore.enable(names + ["chain"], in: work.database)
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
                await poll("chain", every: configuration.chainInterval) { () throws(PriceFault) in
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
        _ read: @Sendable () async throws(PriceFault) -> Reading
    ) async {
        var breaker = SourceBreaker()
        while !Task.isCancelled {
            var wait = pace
            let outcome: Result<Reading, PriceFault>
            do {
                outcome = .success(try await TraceContext.begin { try await read() })
                breaker.succeeded()
            } catch {
                if Task.isCancelled { return }
                let fault = error as? PriceFault ?? PriceFault(.unreachable, "\(error)")
                outcome = .failure(fault)
                wait = breaker.failed(fault, pace: pace)
                if breaker.failures == 1 || breaker.isOpen {
                    service.logger.warning(
                        "a source of prices failed",
                        error: error,
                        metadata: ["source": "\(name)", "again_in": "\(wait)"]
                    )
                }
            }
            count(name, outcome)
            do {
                try await record(Look(source: name, outcome: outcome, failures: breaker.failures))
            } catch {
                if Task.isCancelled { return }
                // What was read is read again soon: nothing is kept in memory.
                wait = min(pace, .seconds(1))
                service.logger.warning("a price was not stored", error: error, metadata: ["source": "\(name)"])
            }
            try? await Task.sleep(for: wait)  // Ends early only when cancelled.
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

    private func count(_ name: String, _ outcome: Result<Reading, PriceFault>) {
        let label =
            switch outcome {
            case .success: "ok"
            case .failure(let fault): fault.code.description
            }
        let dimensions = [("source", name), ("outcome", label)]
        Counter(label: "busbar_price_polls", dimensions: dimensions, factory: service.metrics).increment()
    }

    /// Takes over what was read, and tells what is new: one transaction.
    private func record(_ look: Look?) async throws {
        let enabled = Set(configuration.trx.map(\.source))
        let policy = configuration.policy
        let refused = try await service.transaction { work in
            let step = FeedTransaction(enabled: enabled, policy: policy, now: work.now)
            let result = try await step.run(look, in: work.database)
            if let event = result.prices { try work.publish(event) }
            if let event = result.chain { try work.publish(event) }
            return result.refused
        }
        for (source, verdict) in refused {
            service.logger.notice(
                "a quote is not used",
                metadata: ["source": "\(source)", "why": "\(verdict.name) \(verdict.detail)"]
            )
        }
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
