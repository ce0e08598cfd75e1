internal import FoundationEssentials
internal import LocalStack
internal import TestSupport
internal import Testing

extension EndToEndTests {
    @Suite struct Demo {
        private struct Summary: Decodable {
            var requested: Int
            var outcomes: [String: Int]
            var unplannedBurn: Int64
            var stillDelegated: Int64
            var audit: [String: Int]
            var deliveries: Deliveries

            struct Deliveries: Decodable {
                struct Row: Decodable {
                    struct Figures: Decodable {
                        var channel: String
                        var delivered: Int
                        var lost: Int
                        var open: Int
                    }

                    struct Counts: Decodable {
                        var requests: Int
                        var verified: Int?
                    }

                    var figures: Figures
                    var counts: Counts
                }

                var heard: Int
                var arrived: Int
                var rows: [Row]
            }

            enum CodingKeys: String, CodingKey {
                case requested
                case outcomes
                case unplannedBurn = "unplanned_burn_sun"
                case stillDelegated = "still_delegated_sun"
                case audit
                case deliveries
            }
        }

        /// The first thing a new user does, for machines.
        @Test func theDemoEndsWithZeroAndCleanBooks() async throws {
            let home = try ServerDirectory.temporary()
            let result = try await Launch(
                try Executables.path("busbar"),
                [
                    "up", "--demo", "60", "--exit", "--json", "--block-interval", "200ms", "--directory",
                    home.path + "/stack",
                ]
            ).run(limit: .patient(.seconds(400)))
            await LocalFile.remove(home.path)
            #expect(result.end == .exited(0), "\(result.errors.suffix(2000))")
            // The state when all is live, then one line with what the demo came to.
            let last = result.output.split(separator: "\n").last.map(String.init) ?? ""
            let summary = try JSONDecoder().decode(Summary.self, from: Data(last.utf8))
            #expect(summary.requested == 60)
            #expect(summary.outcomes == ["settled": 60])
            #expect(summary.unplannedBurn == 0)
            #expect(summary.stillDelegated == 0)
            // Ready and settled at least, of each.
            let deliveries = summary.deliveries
            #expect(deliveries.heard >= 120 && deliveries.arrived == deliveries.heard)
            #expect(deliveries.rows.map(\.figures.channel) == ["webhook", "webhook", "slack"])
            for row in deliveries.rows {
                #expect(row.figures.delivered > 0 && row.figures.lost == 0 && row.figures.open == 0)
                #expect(row.figures.channel == "slack" || row.counts.verified == row.counts.requests)
            }
            #expect(deliveries.rows.last?.figures.delivered == 60)
            #expect(summary.audit.count >= 5)
            #expect(summary.audit.values.allSatisfy { $0 == 0 }, "\(summary.audit)")
        }
    }
}
