internal import Models
internal import Testing

@testable import BusbarCLI

@Suite struct DemoSummaryTests {
    /// A withdrawal that was sent by this method, settled, and burnt so much for energy.
    private func course(_ number: Int, _ method: AllocationMethod, burnt: Int64) throws -> DemoLedger.Course {
        let id = try #require(WithdrawalID("demo-\(number)"))
        var course = DemoLedger.Course(
            order: DemoPlan.Order(
                id: id,
                wallet: 0,
                recipient: 0,
                isHolder: true,
                amount: try #require(TokenAmount(units: 1)),
                urgency: .normal,
                delay: .zero
            )
        )
        let txid = try #require(TransactionID(bytes: [UInt8](repeating: UInt8(number), count: 32)))
        course.txid = txid
        course.method = method
        course.outcome = "settled"
        course.settled = WithdrawalSettled(
            withdrawalID: id,
            partnerID: try #require(PartnerID("p42")),
            sequence: 2,
            userID: nil,
            txid: txid,
            blockNumber: 7,
            energyUsed: Energy(65_000 - burnt / 100),
            energyFee: Sun(burnt),
            bandwidthUsed: Bandwidth(345),
            bandwidthFee: .zero
        )
        return course
    }

    private func summary(_ burns: (AllocationMethod, Int64)...) throws -> DemoSummary {
        let courses = try burns.enumerated().map { try course($0.offset + 1, $0.element.0, burnt: $0.element.1) }
        return DemoSummary(courses, energyPrice: Sun(100), bandwidthPrice: Sun(1000))
    }

    private func text(_ summary: DemoSummary, _ label: String) -> String? {
        summary.rows.first { $0.0 == label }?.1
    }

    @Test func withoutAnyBurnNothingWasBurnt() throws {
        let summary = try summary((.energy, 0), (.energy, 0))
        #expect(summary.isClean)
        #expect(text(summary, "burnt for energy") == "0.000 TRX unplanned, 0.000 TRX planned")
        #expect(
            summary.closing
                == "every withdrawal settled, nothing burnt for energy, everything reclaimed, the books are clean, everybody was told"
        )
    }

    @Test func whatWasToldToBurnIsPlannedAndClean() throws {
        let summary = try summary((.energy, 0), (.burn, 6_500_000), (.burn, 1_300_000))
        #expect(summary.isClean)
        #expect(summary.plannedBurnSun == 7_800_000 && summary.plannedBurns == 2)
        #expect(summary.unplannedBurnSun == 0 && summary.unplannedBurns == 0)
        #expect(text(summary, "burnt for energy") == "0.000 TRX unplanned, 7.800 TRX planned (2 transfers)")
        #expect(text(summary, "burning everything") == "19.500 TRX; saved 11.700 TRX")
        #expect(summary.closing.contains("2 burnt for energy as planned and no other"))
        #expect(!summary.closing.contains("nothing burnt"))
    }

    @Test func aBurnOfATransferThatWasPromisedEnergyIsNotClean() throws {
        let summary = try summary((.energy, 100), (.burn, 6_500_000))
        #expect(summary.unplannedBurnSun == 100 && summary.unplannedBurns == 1 && summary.plannedBurns == 1)
        #expect(!summary.isClean)
        #expect(summary.closing == "not everything was as it should be")
        #expect(
            text(summary, "burnt for energy") == "0.000 TRX unplanned (1 transfer), 6.500 TRX planned (1 transfer)"
        )
    }

    @Test func suppliersThatFailExcuseABurnAndItIsSaid() throws {
        var summary = try summary((.energy, 6_500_000), (.burn, 1))
        summary.trouble = DemoTrouble.Figures(seed: 7)
        #expect(summary.isClean)
        #expect(summary.closing.contains("1 burnt for energy unplanned while suppliers failed"))
    }

    private func deliveries(
        _ channel: String,
        heard: Int = 2,
        arrived: Int = 2,
        lost: Int64 = 0,
        open: Int64 = 0,
        _ counts: DemoDeliveries.Counts
    ) -> DemoDeliveries {
        let figures = DemoDeliveries.Figures(
            endpoint: "acme",
            channel: channel,
            delivered: 2,
            lost: lost,
            open: open,
            medianMilliseconds: 20,
            slowMilliseconds: nil
        )
        return DemoDeliveries(heard: heard, arrived: arrived, rows: [.init(figures: figures, counts: counts)])
    }

    @Test func everybodyMustHaveBeenToldAndBelieveIt() throws {
        let genuine = DemoDeliveries.Counts(requests: 2, verified: 2, duplicates: 0)
        let twice = DemoDeliveries.Counts(requests: 3, verified: 3, duplicates: 1)
        let forged = DemoDeliveries.Counts(requests: 3, verified: 2, duplicates: 0)
        let chat = DemoDeliveries.Counts(requests: 1)
        for (deliveries, isClean) in [
            (deliveries("webhook", genuine), true), (deliveries("webhook", twice), true),
            (deliveries("slack", chat), true),
            (deliveries("webhook", forged), false), (deliveries("webhook", arrived: 1, genuine), false),
            (deliveries("webhook", lost: 1, genuine), false), (deliveries("slack", open: 1, chat), false),
        ] {
            var summary = try summary((.energy, 0), (.energy, 0))
            summary.deliveries = deliveries
            #expect(summary.isClean == isClean, "\(deliveries)")
        }
        let lines = deliveries("webhook", lost: 1, genuine).table?.lines() ?? []
        #expect(lines.last?.split(separator: " ") == ["acme", "webhook", "2", "1", "2", "2", "0", "20", "ms", "-"])
    }

    @Test func anythingElseThatIsWrongIsNotClean() throws {
        let changes: [(inout DemoSummary) -> Void] = [
            { $0.outcomes = ["settled": 1, "expired": 1] }, { $0.stillDelegatedSun = 1 }, { $0.chargedSun += 1 },
            { $0.stillHeldSun = 1 }, { $0.audit = ["invariant 1": 0, "invariant 2": 1] },
            { $0.holdings = [.init(place: "tronzap", booksSun: 2, statementSun: 1)] },
        ]
        for (number, change) in changes.enumerated() {
            var summary = try summary((.energy, 0), (.energy, 0))
            change(&summary)
            #expect(!summary.isClean, "change \(number)")
        }
    }
}
