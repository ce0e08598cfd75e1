import Models
import Testing
import Webhooks

@testable import BusbarCLI

@Suite struct NotifyReportTests {
    private func report(killing: Bool = false, _ change: (inout NotifyReport) -> Void = { _ in }) -> NotifyReport {
        var findings = SinkBook.Findings()
        findings.signaturesChecked = 100
        var leaving = NotifyReport.Row(kind: .leaving, endpoints: 8)
        leaving.disabled = 8
        var report = NotifyReport(
            setting: .init(deliveries: 1000, endpoints: 100, perSecond: 500, replicas: 1, seed: 1, isKilling: killing),
            latency: .init(
                count: 900,
                p50: 10,
                p99: 1999,
                max: 5000,
                slices: [.init(p50: 9, p99: 2500), .init(p50: 11, p99: 40)],
                publishedLate: 1
            ),
            perSecond: 490,
            cpuMicroseconds: 400,
            shares: [],
            findings: findings,
            early: 0,
            afterGone: 0,
            withGone: 2,
            kills: killing ? 3 : 0,
            restarts: killing ? 3 : 0,
            residentBytes: 1,
            ownResidentBytes: 1,
            rows: [NotifyReport.Row(kind: .healthy, endpoints: 80), leaving],
            loadBefore: "0.1",
            loadAfter: "0.2",
            processors: 2
        )
        change(&report)
        return report
    }

    private func missed(_ report: NotifyReport) -> [String] { report.targets.filter { !$0.isMet }.map(\.name) }

    @Test func aGoodRunMeetsEveryTarget() {
        #expect(report().isGood)
        #expect(report(killing: true).isGood)
        #expect(report().ratio == nil)
        #expect(report().latency.worstP99 == 2500)
    }

    @Test func eachMissedTargetIsTold() {
        #expect(missed(report { $0.latency.p99 = 2000 }) == ["healthy endpoints' p99 at 500/s"])
        #expect(missed(report { $0.latency.p99 = nil }) == ["healthy endpoints' p99 at 500/s"])
        #expect(missed(report { $0.rows[0].lost = 1 }) == ["events lost"])
        #expect(missed(report { $0.rows[1].lost = 1 }) == ["events lost"])
        #expect(missed(report { $0.rows[0].pending = 1 }) == ["left over for healthy endpoints"])
        #expect(missed(report { $0.rows[1].disabled = 7 }) == ["endpoints disabled of those that answered 410"])
        #expect(missed(report { $0.afterGone = 1 }) == ["requests after 410"])
        #expect(missed(report { $0.early = 1 }) == ["requests before Retry-After"])
        #expect(missed(report { $0.findings.repeated = 1 }) == ["delivered twice"])
        #expect(missed(report { $0.findings.signaturesRefused = 1 }) == ["signatures that do not fit"])
        #expect(missed(report { $0.findings.signaturesChecked = 0 }) == ["signatures that do not fit"])
        #expect(missed(report { $0.findings.mostOpen = 99 }) == ["unanswered requests of one endpoint at once"])
        let other = "requests under another id, at a wrong endpoint or with a wrong body"
        #expect(missed(report { $0.findings.strangeIDs = 1 }) == [other])
        #expect(missed(report { $0.findings.misdirected = 1 }) == [other])
        #expect(missed(report { $0.findings.garbled = 1 }) == [other])
    }

    @Test func whenReplicasAreKilledEventsMayComeAgainButNotUnderAnotherId() {
        let disturbed = report(killing: true) { report in
            report.findings.repeated = 17
            report.afterGone = 2
            report.latency.p99 = 30_000
        }
        #expect(disturbed.isGood)
        #expect(!report(killing: true) { $0.findings.strangeIDs = 1 }.isGood)
        #expect(!report(killing: true) { $0.rows[0].lost = 1 }.isGood)
        #expect(missed(report(killing: true) { $0.kills = 0 }) == ["replicas killed"])
    }

    @Test func whatHasNeitherARequestNorARowIsLost() throws {
        let plan = NotifyPlan(.init(endpoints: 30, offered: 600, full: 0), seed: 5)
        let messages = try NotifyMessages(at: SystemClock().now(), seed: 5)
        let secrets = plan.kinds.map { _ in WebhookSecret.generate() }
        let sink = SinkBook(plan, messages, secrets: secrets, clock: SystemClock())
        let events = 0..<plan.full.upperBound
        for event in events where plan.isHealthy(event) { sink.accepted(event, at: 1) }
        let published = plan.counts(events)
        func books(missingOf kind: Receiver.Kind?) -> [NotifyBenchStore.Books] {
            plan.kinds.indices.map { endpoint in
                let isShort = plan.kinds[endpoint] == kind && endpoint == plan.kinds.firstIndex { $0 == kind }
                let count = Int64(published[endpoint] - (isShort ? 1 : 0))
                return NotifyBenchStore.Books(
                    name: NotifyMessages.partner(endpoint),
                    isDisabled: false,
                    events: count,
                    deliveries: count,
                    pending: 0,
                    tried: 0,
                    delivered: count,
                    dead: 0,
                    cancelled: 0
                )
            }
        }
        func lost(_ books: [NotifyBenchStore.Books]) -> [Receiver.Kind: Int] {
            let rows = NotifyReport.rows(plan, events: events, sink, books: books, attempts: [], isKilling: false)
            return Dictionary(rows.map { ($0.kind, $0.lost) }) { $1 }.filter { $0.value > 0 }
        }
        #expect(lost(books(missingOf: nil)).isEmpty)
        for kind in Receiver.Kind.allCases { #expect(lost(books(missingOf: kind)) == [kind: 1]) }
    }
}
