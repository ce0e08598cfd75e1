internal import FoundationEssentials
internal import Models

/// What a demo run came to, for people as a table and for machines as JSON.
struct DemoSummary: Codable, Sendable {
    /// Milliseconds from one step to another.
    struct Latency: Codable, Sendable {
        var p50: Int64
        var p99: Int64
        var most: Int64

        init(_ durations: [Duration]) {
            let sorted = durations.map(\.wholeMilliseconds).sorted()
            func at(_ percent: Int) -> Int64 {
                sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
            }
            p50 = at(50)
            p99 = at(99)
            most = sorted.last ?? 0
        }

        enum CodingKeys: String, CodingKey {
            case p50 = "p50_ms"
            case p99 = "p99_ms"
            case most = "max_ms"
        }
    }

    /// TRX of the house at one place.
    struct Holding: Codable, Sendable {
        /// A supplier, or the purchasing wallet's address.
        var place: String
        /// By our books.
        var booksSun: Int64
        /// By the supplier's own statement, or the chain.
        var statementSun: Int64

        var difference: Int64 { booksSun - statementSun }

        enum CodingKeys: String, CodingKey {
            case place
            case booksSun = "books_sun"
            case statementSun = "statement_sun"
        }
    }

    var requested = 0
    /// Withdrawals by outcome.
    var outcomes: [String: Int] = [:]
    var revocations = 0
    /// Acquisitions that brought energy, and allocations that needed one.
    var delegations: Int64 = 0
    var allocations: Int64 = 0
    /// Allocations per delegation, in hundredths.
    var allocationsPerDelegationPercent: Int64 = 0
    var requestToReady: Latency
    var readyToSent: Latency
    var sentToSettled: Latency
    var requestToSettled: Latency
    var energyPromised: Int64 = 0
    var energyUsed: Int64 = 0
    /// TRX burnt for energy though energy was promised, and by how many transfers.
    var unplannedBurnSun: Int64 = 0
    var unplannedBurns = 0
    /// TRX burnt for energy by transfers that were told to burn, and how many these are.
    var plannedBurnSun: Int64 = 0
    var plannedBurns = 0
    var bandwidthBurnSun: Int64 = 0
    /// What the same transfers had cost without any energy.
    var burnEverythingSun: Int64 = 0
    /// What the partners were told that settled withdrawals cost them; margin and fee of it.
    var chargedSun: Int64 = 0
    var revenueSun: Int64 = 0
    /// What the ledger says that they have paid, and what it holds for withdrawals that have not ended.
    var bookedSun: Int64 = 0
    var stillHeldSun: Int64 = 0
    /// Stake that is still delegated at the end.
    var stillDelegatedSun: Int64 = 0
    /// What each source brought.
    var sources: [DemoFigures.Source] = []
    /// Where the house has TRX: by the books, and by whoever holds it.
    var holdings: [Holding] = []
    /// What became of purchases while suppliers failed.
    var trouble: DemoTrouble.Figures?
    /// What became of the notifications.
    var deliveries = DemoDeliveries()
    /// Findings of the audit by invariant.
    var audit: [String: Int] = [:]
    /// What the audit found, for people.
    var findings: [String] = []
    var seconds: Int64 = 0

    enum CodingKeys: String, CodingKey {
        case requested, outcomes, revocations, delegations, allocations, sources, holdings, trouble, deliveries, audit,
            findings,
            seconds
        case allocationsPerDelegationPercent = "allocations_per_delegation_percent"
        case requestToReady = "request_to_ready"
        case readyToSent = "ready_to_sent"
        case sentToSettled = "sent_to_settled"
        case requestToSettled = "request_to_settled"
        case energyPromised = "energy_promised"
        case energyUsed = "energy_used"
        case unplannedBurnSun = "unplanned_burn_sun"
        case unplannedBurns = "unplanned_burns"
        case plannedBurnSun = "planned_burn_sun"
        case plannedBurns = "planned_burns"
        case bandwidthBurnSun = "bandwidth_burn_sun"
        case burnEverythingSun = "burn_everything_sun"
        case chargedSun = "charged_sun"
        case revenueSun = "revenue_sun"
        case bookedSun = "booked_sun"
        case stillHeldSun = "still_held_sun"
        case stillDelegatedSun = "still_delegated_sun"
    }

    /// Sums up the upstream's side.
    /// - Parameter energyPrice: sun per energy, for the burn-everything baseline.
    init(_ courses: [DemoLedger.Course], energyPrice: Sun, bandwidthPrice: Sun) {
        requested = courses.count
        for course in courses {
            outcomes[course.outcome ?? "open", default: 0] += 1
            revocations += course.revocations
            energyPromised += course.promised.rawValue
            guard let settled = course.settled else { continue }
            energyUsed += settled.energyUsed.rawValue
            if settled.energyFee > .zero {
                if course.method == .burn {
                    plannedBurnSun += settled.energyFee.rawValue
                    plannedBurns += 1
                } else {
                    unplannedBurnSun += settled.energyFee.rawValue
                    unplannedBurns += 1
                }
            }
            bandwidthBurnSun += settled.bandwidthFee.rawValue
            if let cost = settled.cost {
                chargedSun += cost.total.rawValue
                revenueSun += cost.margin.rawValue + cost.fee.rawValue
            }
            let burnt = scaledDown(settled.energyFee.rawValue, by: 1, over: max(1, energyPrice.rawValue)) ?? 0
            burnEverythingSun += (settled.energyUsed.rawValue + burnt) * energyPrice.rawValue
        }
        func latencies(
            _ from: KeyPath<DemoLedger.Course, ContinuousClock.Instant?>,
            _ to: KeyPath<DemoLedger.Course, ContinuousClock.Instant?>
        ) -> Latency {
            Latency(
                courses.compactMap { course in
                    guard let start = course[keyPath: from], let end = course[keyPath: to] else { return nil }
                    return end - start
                }
            )
        }
        requestToReady = latencies(\.requestedAt, \.readyAt)
        readyToSent = latencies(\.readyAt, \.sentAt)
        sentToSettled = latencies(\.sentAt, \.endedAt)
        requestToSettled = latencies(\.requestedAt, \.endedAt)
    }

    /// One line of JSON.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Strings, integers and dictionaries of them: encoding cannot fail.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Whether everything went as it should.
    var isClean: Bool {
        // Energy that a supplier takes back early is burnt for by transfers that are on their way.
        outcomes == ["settled": requested] && (unplannedBurns == 0 || trouble != nil) && stillDelegatedSun == 0
            && trouble?.isClean ?? true && deliveries.isClean
            && chargedSun == bookedSun && stillHeldSun == 0 && audit.values.allSatisfy { $0 == 0 }
            && holdings.allSatisfy { $0.difference == 0 }
    }

    /// What the run came to, in one sentence.
    var closing: String {
        guard isClean else { return "not everything was as it should be" }
        let burnt =
            switch (unplannedBurns, plannedBurns) {
            case (0, 0): "nothing burnt for energy"
            case (0, let planned): "\(planned) burnt for energy as planned and no other"
            case (let unplanned, _): "\(unplanned) burnt for energy unplanned while suppliers failed"
            }
        return "every withdrawal settled, \(burnt), everything reclaimed, the books are clean, everybody was told"
    }

    /// Share, cost and time to chain by source; empty when all came from own stake.
    var sourceTable: Table? {
        guard sources.contains(where: { $0.source != "own_stake" }) else { return nil }
        let all = max(1, sources.reduce(0) { $0 + $1.energy })
        var table = Table("source", "acquisitions", "energy", "share", "cost", "sun/energy", "to chain p50", "p95")
        for source in sources {
            let share = source.energy * 1000 / all
            let price = source.costSun * 100 / max(1, source.energy)
            table.add(
                source.source,
                "\(source.acquisitions)",
                "\(source.energy)",
                "\(share / 10).\(share % 10) %",
                Sun(source.costSun).fixedTRX + " TRX",
                "\(price / 100).\(String(100 + price % 100).dropFirst())",
                source.medianMilliseconds.map { "\($0) ms" } ?? "-",
                source.slowMilliseconds.map { "\($0) ms" } ?? "-"
            )
        }
        return table
    }

    /// Books beside statements; empty when nothing was bought.
    var holdingTable: Table? {
        guard !holdings.isEmpty else { return nil }
        var table = Table("TRX of the house at", "by our books", "by its own statement", "difference")
        for holding in holdings {
            table.add(
                holding.place,
                Sun(holding.booksSun).fixedTRX,
                Sun(holding.statementSun).fixedTRX,
                "\(holding.difference) sun"
            )
        }
        return table
    }

    /// Label and value, line by line.
    var rows: [(String, String)] {
        func trx(_ sun: Int64) -> String {
            let (whole, fraction) = abs(sun).quotientAndRemainder(dividingBy: 1_000_000)
            let digits = String(1_000_000 + fraction).dropFirst().prefix(3)
            return "\(sun < 0 ? "-" : "")\(whole).\(digits) TRX"
        }
        func burnt(_ sun: Int64, _ word: String, by transfers: Int) -> String {
            let amount = "\(trx(sun)) \(word)"
            return transfers == 0 ? amount : "\(amount) (\(transfers) transfer\(transfers == 1 ? "" : "s"))"
        }
        func line(_ latency: Latency) -> String {
            "p50 \(latency.p50) ms   p99 \(latency.p99) ms   max \(latency.most) ms"
        }
        let outcomes = outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let ratio = "\(allocationsPerDelegationPercent / 100).\((allocationsPerDelegationPercent % 100) / 10)"
        let saved = burnEverythingSun - unplannedBurnSun - plannedBurnSun
        let findings = audit.sorted { $0.key < $1.key }.map {
            "\($0.key): \($0.value == 0 ? "clean" : "\($0.value) findings")"
        }
        return [
            ("withdrawals", "\(requested) asked, \(outcomes)"),
            ("delegations", "\(delegations) for \(allocations) allocations: \(ratio) allocations per delegation"),
            ("revoked promises", "\(revocations)"),
            ("request -> ready", line(requestToReady)),
            ("ready -> sent", line(readyToSent)),
            ("sent -> settled", line(sentToSettled)),
            ("request -> settled", line(requestToSettled)),
            ("energy", "\(energyPromised) promised, \(energyUsed) used"),
            (
                "burnt for energy",
                burnt(unplannedBurnSun, "unplanned", by: unplannedBurns) + ", "
                    + burnt(plannedBurnSun, "planned", by: plannedBurns)
            ),
            ("burnt for bandwidth", trx(bandwidthBurnSun)),
            ("burning everything", "\(trx(burnEverythingSun)); saved \(trx(saved))"),
            (
                "charged",
                "\(trx(chargedSun)), of it margin and fees \(trx(revenueSun)); in the books "
                    + (bookedSun == chargedSun && stillHeldSun == 0
                        ? "the same" : "\(trx(bookedSun)), and \(trx(stillHeldSun)) still held")
            ),
            ("still delegated", stillDelegatedSun == 0 ? "nothing: all reclaimed" : trx(stillDelegatedSun)),
            ("audit", findings.joined(separator: ", ")),
        ] + (trouble?.lines ?? []) + [
            ("took", "\(seconds) s")
        ]
    }
}
