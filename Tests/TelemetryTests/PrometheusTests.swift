import Metrics
import Telemetry
import Testing

@Suite struct PrometheusTests {
    @Test func theExpositionIsSortedEscapedAndExact() {
        let factory = PrometheusFactory()
        factory.describe("busbar.messages_total", "Messages\nby \\ queue")
        Counter(label: "busbar.messages", dimensions: [("queue", "b"), ("outcome", "done")], factory: factory)
            .increment(by: 3)
        Counter(label: "busbar.messages", dimensions: [("outcome", "pa\"r\\k\ned"), ("queue", "a")], factory: factory)
            .increment()
        Gauge(label: "busbar.depth", dimensions: [], factory: factory).record(2.5)
        Meter(label: "busbar.in-flight", dimensions: [("1st", "x"), ("le", "y")], factory: factory).set(7)
        #expect(
            factory.exposition() == """
                # TYPE busbar_depth gauge
                busbar_depth 2.5
                # TYPE busbar_in_flight gauge
                busbar_in_flight{_1st="x",exported_le="y"} 7
                # HELP busbar_messages_total Messages\\nby \\\\ queue
                # TYPE busbar_messages_total counter
                busbar_messages_total{outcome="done",queue="b"} 3
                busbar_messages_total{outcome="pa\\"r\\\\k\\ned",queue="a"} 1

                """
        )
    }

    @Test func aTimerIsAHistogramInSecondsWithCumulativeBuckets() {
        let factory = PrometheusFactory()
        let timer = Timer(label: "busbar.commit", dimensions: [("queue", "a")], factory: factory)
        timer.recordNanoseconds(1_000_000)
        timer.recordNanoseconds(30_000_000)
        timer.recordNanoseconds(90_000_000_000)
        let lines = factory.exposition().split(separator: "\n").map(String.init)
        #expect(lines.first == "# TYPE busbar_commit_seconds histogram")
        #expect(lines.contains("busbar_commit_seconds_bucket{queue=\"a\",le=\"0.001\"} 1"))
        #expect(lines.contains("busbar_commit_seconds_bucket{queue=\"a\",le=\"0.025\"} 1"))
        #expect(lines.contains("busbar_commit_seconds_bucket{queue=\"a\",le=\"0.05\"} 2"))
        #expect(lines.contains("busbar_commit_seconds_bucket{queue=\"a\",le=\"60\"} 2"))
        #expect(
            lines.suffix(3) == [
                "busbar_commit_seconds_bucket{queue=\"a\",le=\"+Inf\"} 3",
                "busbar_commit_seconds_sum{queue=\"a\"} 90.031",
                "busbar_commit_seconds_count{queue=\"a\"} 3",
            ]
        )
    }

    @Test func seriesAreBoundedAndTheOverflowIsCounted() {
        let factory = PrometheusFactory(seriesLimit: 2)
        for number in 0..<5 {
            Counter(label: "c", dimensions: [("n", "\(number)")], factory: factory).increment()
        }
        let text = factory.exposition()
        #expect(text.contains("c_total{n=\"1\"} 1\n"))
        #expect(!text.contains("n=\"2\""))
        #expect(text.contains("busbar_metrics_dropped_series_total 3\n"))
    }

    @Test func aNameUsedAsTwoKindsKeepsTheFirst() {
        let factory = PrometheusFactory()
        Gauge(label: "x", dimensions: [], factory: factory).record(1)
        Recorder(label: "x", dimensions: [], aggregate: true, factory: factory).record(9)
        #expect(factory.exposition().hasSuffix("# TYPE x gauge\nx 1\n"))
    }

    @Test func countersOfManyTasksLoseNothing() async {
        let factory = PrometheusFactory()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "hits", dimensions: [], factory: factory)
                    for _ in 0..<1000 { counter.increment() }
                }
            }
        }
        #expect(factory.exposition() == "# TYPE hits_total counter\nhits_total 8000\n")
    }

    @Test func theProcessShowsItsOwnUse() {
        let factory = PrometheusFactory()
        factory.addProcessMetrics()
        let values = factory.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        let byName = Dictionary(
            uniqueKeysWithValues: values.map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), Double(parts[1]) ?? -1)
            }
        )
        #expect((byName["process_cpu_seconds_total"] ?? 0) > 0)
        #expect((byName["process_resident_memory_bytes"] ?? 0) > 1_000_000)
        #expect((byName["process_open_fds"] ?? 0) >= 3)
        #expect((byName["process_start_time_seconds"] ?? 0) > 1_700_000_000)
    }
}
