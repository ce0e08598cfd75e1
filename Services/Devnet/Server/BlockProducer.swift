internal import ServiceLifecycle

/// Makes a block each interval until the process is asked to stop. The beat does not drift with the work.
struct BlockProducer: Service {
    let node: Node
    let interval: Duration

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            let clock = ContinuousClock()
            var next = clock.now + interval
            while !Task.isCancelled {
                try await clock.sleep(until: next, tolerance: .zero)
                await node.produce()
                // A machine too slow for the interval skips beats rather than running after them.
                next = max(next + interval, clock.now)
            }
        }
    }
}
