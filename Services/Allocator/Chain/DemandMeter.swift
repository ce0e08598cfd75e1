internal import Models

/// How much energy each wallet was asked for lately, from counters that only grow.
struct DemandMeter {
    /// Over how long.
    let window: Duration
    private var samples: [(at: ContinuousClock.Instant, totals: [TronAddress: Energy])] = []

    init(window: Duration) { self.window = window }

    /// Takes the counters as they are now.
    mutating func sample(_ totals: [TronAddress: Energy], at now: ContinuousClock.Instant = .now) {
        if let last = samples.last, now - last.at < window / 16 { return }
        samples.append((now, totals))
        // One sample older than the window is kept, to measure against.
        while samples.count > 2, now - samples[1].at >= window { samples.removeFirst() }
    }

    /// Energy asked within the window.
    var lately: [TronAddress: Energy] {
        guard let first = samples.first, let last = samples.last, samples.count > 1 else { return [:] }
        return last.totals.reduce(into: [:]) { growth, entry in
            let grown = entry.value - (first.totals[entry.key] ?? .zero)
            if grown > .zero { growth[entry.key] = grown }
        }
    }
}
