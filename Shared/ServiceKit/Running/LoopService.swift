internal import Logging
internal import Metrics
internal import ServiceLifecycle
internal import Telemetry

/// Runs a body again and again until the service is told to stop; then the running turn is let finish.
struct LoopService: Service {
    let name: String
    let interval: Duration
    let wakeUp: WakeUp
    let gate: Gate
    let health: ServiceHealth
    let logger: Logger
    let factory: any MetricsFactory
    let body: @Sendable () async throws -> Void

    func run() async throws {
        await withGracefulShutdownFlag { isStopping in
            guard await passes(gate) else { return }
            await turns(while: { !isStopping() })
        }
    }

    /// Turns until told to stop or cancelled, each turn a trace of its own. An error costs a backoff, never the loop.
    func turns(while goesOn: () -> Bool) async {
        let watch = health.loop(name)
        defer { health.forget(watch) }
        let turns = Counter(label: "busbar_loop_turns", dimensions: [("loop", name)], factory: factory)
        let failures = Counter(label: "busbar_loop_failures", dimensions: [("loop", name)], factory: factory)
        var backoff = Backoff(base: min(.milliseconds(100), max(interval, .milliseconds(10))))
        while goesOn(), !Task.isCancelled {
            watch.turned()
            let rest: Duration? = await TraceContext.begin {
                do {
                    try await body()
                    backoff.reset()
                    turns.increment()
                    return interval
                } catch is CancellationError where Task.isCancelled {
                    return nil
                } catch {
                    failures.increment()
                    logger.warning(
                        "a loop's turn failed; it is tried again",
                        error: error,
                        metadata: ["loop": "\(name)"]
                    )
                    return backoff.next()
                }
            }
            guard let wait = rest else { return }
            watch.waits()
            guard goesOn() else { return }
            await cancelWhenGracefulShutdown { await wakeUp.wait(atMost: wait) }
        }
    }
}

/// Waits for the start; `false` when the service was told to stop before.
func passes(_ gate: Gate) async -> Bool {
    (try? await cancelWhenGracefulShutdown { try await gate.pass() }) != nil
}

/// Gives `body` a way to ask whether the service has been told to stop.
func withGracefulShutdownFlag(_ body: (@escaping @Sendable () -> Bool) async -> Void) async {
    let flag = StopFlag()
    await withGracefulShutdownHandler {
        await body { flag.isSet }
    } onGracefulShutdown: {
        flag.set()
    }
}
