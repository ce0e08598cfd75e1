import Testing

@testable import BusbarCLI

@Suite struct BenchReportTests {
    private func report(perSecond: Double, limit: Double, cpu: Double = 70, p99: Double = 50) -> BenchReport {
        func latency(_ rate: Int) -> BenchReport.Latency {
            .init(perSecond: rate, sent: 10, p50: 9, p99: p99, max: 100, messagesPerCommit: 1, cpuMicroseconds: 1)
        }
        return BenchReport(
            allocator: .init(messages: 10, perSecond: perSecond, messagesPerCommit: 190, cpuMicroseconds: cpu),
            limit: .init(messages: 10, perSecond: limit, messagesPerCommit: 200, cpuMicroseconds: 10),
            latencies: [latency(200), latency(1000)],
            lone: latency(0),
            residentBytes: 1,
            loadBefore: "0.1",
            loadAfter: "0.2",
            processors: 2
        )
    }

    @Test func percentilesAreValuesThatWereMeasured() {
        let percentiles = Percentiles(seconds: (1...200).reversed().map { Double($0) / 1000 })
        #expect(percentiles.p50 == 100)
        #expect(percentiles.p99 == 198)
        #expect(percentiles.max == 200)
    }

    @Test func nothingMeasuredMeetsNoLimit() {
        #expect(Percentiles(seconds: []).p99 == .infinity)
    }

    @Test func aFastAllocatorMeetsEveryTarget() {
        let report = report(perSecond: 4000, limit: 10_000)
        #expect(report.isGood)
        #expect(report.ratio == 0.4)
        #expect(report.targets.count == 5)
    }

    @Test func eachMissedTargetIsTold() {
        func missed(_ report: BenchReport) -> [String] { report.targets.filter { !$0.isMet }.map(\.name) }
        #expect(missed(report(perSecond: 2499, limit: 5000)) == ["priced allocations per second"])
        #expect(missed(report(perSecond: 4000, limit: 10_001)) == ["part of the limit"])
        #expect(missed(report(perSecond: 4000, limit: 8000, cpu: 80.1)) == ["client CPU per allocation"])
        #expect(missed(report(perSecond: 4000, limit: 8000, p99: 81)) == ["p50/p99 at 1000/s"])
    }

    @Test func numbersAreRoundedToTheirPlaces() {
        #expect(BenchReport.text(4071.5, 0) == "4072")
        #expect(BenchReport.text(7.049, 2) == "7.05")
        #expect(BenchReport.text(0.06, 1) == "0.1")
        #expect(BenchReport.text(-0.04, 2) == "-0.04")
    }
}
