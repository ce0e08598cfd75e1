public import Metrics
internal import Synchronization

/// Metrics of swift-metrics, kept in memory and shown in Prometheus' text format 0.0.4.
///
/// Counters end in `_total`, timers are histograms in seconds and end in `_seconds`, aggregating recorders are
/// histograms of sizes, everything else is a gauge. Names and labels are made valid, label values escaped, the output
/// sorted: a test compares a string. The number of series is bounded; what comes above is counted in
/// `busbar_metrics_dropped_series_total` and not kept. A name that is used as two kinds keeps the first.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
public final class PrometheusFactory: MetricsFactory {
    /// What to answer as `content-type`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Upper bounds of timers, in seconds.
    public static let secondBuckets: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Upper bounds of sizes: messages in a batch, bytes of a body.
    public static let sizeBuckets: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

    private struct State {
        var families: [String: MetricFamily] = [:]
        var help: [String: String] = [:]
        var series = 0
        var dropped = 0
        var collectors: [Collector] = []
    }

    /// In a struct, for a bare closure in a generic gains a thunk at each read.
    private struct Collector: Sendable {
        let collect: @Sendable () -> Void
    }

    private let state = Mutex(State())
    private let seriesLimit: Int

    /// - Parameter seriesLimit: how many label combinations are kept in all.
    public init(seriesLimit: Int = 5000) { self.seriesLimit = seriesLimit }

    /// Says what a metric means, for its `# HELP` line.
    public func describe(_ name: String, _ help: String) {
        state.withLock { $0.help[MetricText.name(name)] = help }
    }

    /// Runs `collect` before each exposition, for values that are read rather than counted.
    public func beforeExposition(_ collect: @escaping @Sendable () -> Void) {
        state.withLock { $0.collectors.append(Collector(collect: collect)) }
    }

    /// The text of `GET /metrics`.
    public func exposition() -> String {
        let collectors = state.withLock { $0.collectors }
        for collector in collectors { collector.collect() }
        let (families, help, dropped) = state.withLock { ($0.families, $0.help, $0.dropped) }
        var output = ""
        var all = families
        let droppedName = "busbar_metrics_dropped_series_total"
        if dropped > 0 {
            let value = FloatSeries()
            value.set(Double(dropped))
            all[droppedName] = MetricFamily(kind: .counter, series: ["": .number(value)])
        }
        for (name, family) in all.sorted(by: { $0.key < $1.key }) {
            family.write(name: name, help: help[name], into: &output)
        }
        return output
    }

    /// A counter `<label>_total`. The same label and dimensions give the same series, here and below.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        number(MetricText.name(label, suffix: "_total"), .counter, dimensions)
    }

    /// A counter `<label>_total` that takes fractions.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        number(MetricText.name(label, suffix: "_total"), .counter, dimensions)
    }

    /// A gauge `<label>`: the last value.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        number(MetricText.name(label), .gauge, dimensions)
    }

    /// A histogram `<label>` over ``sizeBuckets`` when it aggregates, else a gauge of the last value.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return number(MetricText.name(label), .gauge, dimensions) }
        return histogram(MetricText.name(label), Self.sizeBuckets, dimensions)
    }

    /// A histogram `<label>_seconds` over ``secondBuckets``, fed in nanoseconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(MetricText.name(label, suffix: "_seconds"), Self.secondBuckets, dimensions)
    }

    /// Keeps the series as long as the process lives: one that vanished and came back would look like a restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Keeps the series, as ``destroyCounter(_:)`` does.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Keeps the series, as ``destroyCounter(_:)`` does.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Keeps the series, as ``destroyCounter(_:)`` does.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Keeps the series, as ``destroyCounter(_:)`` does.
    public func destroyTimer(_ handler: any TimerHandler) {}

    func number(_ name: String, _ kind: MetricFamily.Kind, _ labels: [(String, String)]) -> FloatSeries {
        let made = series(name, kind, labels) { .number(FloatSeries()) }
        guard case .number(let series) = made else { return FloatSeries() }
        return series
    }

    private func histogram(_ name: String, _ buckets: [Double], _ labels: [(String, String)]) -> HistogramSeries {
        let made = series(name, .histogram, labels) { .histogram(HistogramSeries(bounds: buckets)) }
        guard case .histogram(let series) = made else { return HistogramSeries(bounds: buckets) }
        return series
    }

    private func series(
        _ name: String,
        _ kind: MetricFamily.Kind,
        _ labels: [(String, String)],
        _ make: () -> MetricFamily.Series
    ) -> MetricFamily.Series {
        let key = MetricText.labels(labels)
        return state.withLock { state in
            var family = state.families[name] ?? MetricFamily(kind: kind)
            guard family.kind == kind else {
                state.dropped += 1
                return make()
            }
            if let known = family.series[key] { return known }
            let made = make()
            guard state.series < seriesLimit else {
                state.dropped += 1
                return made
            }
            family.series[key] = made
            state.families[name] = family
            state.series += 1
            return made
        }
    }
}
