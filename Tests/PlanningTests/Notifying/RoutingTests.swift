import Models
import Planning
import Testing

struct RoutingTests {
    /// 18:30 in Seoul.
    private let now: Timestamp

    init() throws { now = try #require(Timestamp("2026-11-21T09:30:00.000Z")) }

    private func rule(
        _ events: String...,
        severity: AlertSeverity? = nil,
        partners: [PartnerID]? = nil,
        quiet: String? = nil,
        digest: Int? = nil
    ) throws -> RoutingRule {
        RoutingRule(
            events: try events.map { try #require(EventPattern($0)) },
            minimumSeverity: severity,
            partners: partners,
            quietHours: try quiet.map { try #require(QuietHours($0)) },
            digestSeconds: digest
        )
    }

    private func time(
        _ event: RoutedEvent,
        _ rules: RoutingRule...,
        owner: PartnerID? = nil,
        people: Bool = true
    ) -> Timestamp? {
        route(event, rules: rules, owner: owner, isForPeople: people, at: now)
    }

    private let ready = RoutedEvent(type: "withdrawal.ready", partner: partner("p1"))
    private let price = RoutedEvent(type: "price.updated", partner: nil)
    private func alert(_ severity: AlertSeverity, of partner: PartnerID? = nil) -> RoutedEvent {
        RoutedEvent(type: "alert.raised", partner: partner, severity: severity)
    }

    @Test func aPartnersEndpointHearsOfItsOwnEventsAlone() throws {
        let all = try rule("#")
        #expect(time(ready, all, owner: partner("p1")) == now)
        #expect(time(ready, all, owner: partner("p2")) == nil)
        #expect(time(price, all, owner: partner("p1")) == nil)
        #expect(time(alert(.critical), all, owner: partner("p1")) == nil)
        #expect(time(alert(.info, of: partner("p1")), all, owner: partner("p1")) == now)
    }

    @Test func operationsHearOfAllUnlessARuleNamesPartners() throws {
        #expect(try time(ready, rule("#")) == now)
        #expect(try time(price, rule("#")) == now)
        let some = try rule("#", partners: [partner("p2"), partner("p1")])
        #expect(time(ready, some) == now)
        #expect(time(price, some) == nil)
        #expect(try time(ready, rule("#", partners: [partner("p2")])) == nil)
    }

    @Test func whatNoRuleTakesIsNotTold() throws {
        #expect(time(ready) == nil)
        #expect(try time(ready, rule("alert.*", "price.updated")) == nil)
        #expect(try time(ready, rule("alert.*"), rule("withdrawal.settled", "withdrawal.ready")) == now)
    }

    @Test func aRuleMayAskForUrgencyAndWhatHasNoneIsInfo() throws {
        #expect(try time(alert(.warning), rule("#", severity: .warning)) == now)
        #expect(try time(alert(.info), rule("#", severity: .warning)) == nil)
        #expect(try time(ready, rule("#", severity: .warning)) == nil)
        #expect(try time(ready, rule("#", severity: .info)) == now)
    }

    @Test func quietHoursHoldPeoplesMessagesAndNeverWhatIsCritical() throws {
        let quiet = try rule("#", quiet: "18:00-19:00")
        let end = now + .seconds(1800)
        #expect(time(ready, quiet) == end)
        #expect(time(alert(.warning), quiet) == end)
        #expect(time(alert(.critical), quiet) == now)
        #expect(time(ready, quiet, people: false) == now)
        #expect(try time(ready, rule("#", quiet: "19:00-20:00")) == now)
    }

    @Test func aDigestGathersUntilTheNextMultipleOfItsInterval() throws {
        #expect(try time(ready, rule("#", digest: 900)) == now + .seconds(900))
        #expect(try time(ready, rule("#", digest: 3600)) == now + .seconds(1800))
        #expect(try time(ready, rule("#", digest: 3600), people: false) == now)
        #expect(try time(alert(.critical), rule("#", digest: 3600)) == now)
        // 19:00 falls into quiet hours that have not begun.
        #expect(try time(ready, rule("#", quiet: "18:45-19:15", digest: 3600)) == now + .seconds(2700))
        // No interval can make it fail.
        for digest in [0, -5, .max, .min] { #expect(try time(ready, rule("#", digest: digest)) ?? now >= now) }
    }

    @Test func theRuleThatLetsItThroughFirstDecides() throws {
        let slow = try rule("#", digest: 3600)
        let quick = try rule("withdrawal.*", digest: 60)
        #expect(time(ready, slow, quick) == now + .seconds(60))
        #expect(time(price, slow, quick) == now + .seconds(1800))
        #expect(try time(ready, slow, rule("withdrawal.ready"), quick) == now)
    }

    @Test func whatIsToldIsWhatSomeRuleTakesAndNeverEarlierThanNow() async throws {
        let types = ["withdrawal.ready", "withdrawal.short", "alert.raised", "price.updated", "batch.completed"]
        let patterns = try ["#", "withdrawal.*", "alert.#", "*.ready", "price.updated"].map {
            try #require(EventPattern($0))
        }
        let partners = [partner("p1"), partner("p2"), partner("p3")]
        await forEverySeed(500) { seed, random in
            let event = RoutedEvent(
                type: random.pick(types),
                partner: random.pick([nil] + partners),
                severity: random.pick([nil] + AlertSeverity.allCases)
            )
            let rules = (0..<random.int(0...4)).map { _ in
                RoutingRule(
                    events: (0..<random.int(1...2)).map { _ in random.pick(patterns) },
                    minimumSeverity: random.pick([nil, nil] + AlertSeverity.allCases),
                    partners: random.chance(30) ? [random.pick(partners)] : nil,
                    quietHours: random.chance(30) ? QuietHours(from: 1080, to: Int(random.int(0...1079))) : nil,
                    digestSeconds: random.chance(30) ? Int(random.int(1...90_000)) : nil
                )
            }
            let owner = random.pick([nil, nil] + partners)
            let isForPeople = random.chance(50)
            let moment = now + .milliseconds(random.int(0...86_400_000))
            let told = route(event, rules: rules, owner: owner, isForPeople: isForPeople, at: moment)
            let taking = rules.filter { rule in
                rule.events.contains { $0.matches(event.type) }
                    && rule.minimumSeverity.map { (event.severity ?? .info) >= $0 } ?? true
                    && rule.partners.map { $0.contains { $0 == event.partner } } ?? true
                    && (owner == nil || owner == event.partner)
            }
            #expect((told != nil) == !taking.isEmpty, "seed \(seed)")
            guard let told else { return }
            #expect(told >= moment, "seed \(seed)")
            let isHeld = isForPeople && event.severity != .critical
            #expect(isHeld || told == moment, "seed \(seed)")
            // No rule that takes it would have let it through earlier.
            for rule in taking {
                let alone = route(event, rules: [rule], owner: owner, isForPeople: isForPeople, at: moment)
                #expect(alone.map { $0 >= told } ?? false, "seed \(seed)")
                guard isHeld, let alone else { continue }
                #expect(rule.quietHours?.end(at: alone) == nil, "seed \(seed)")
                if rule.quietHours == nil, let digest = rule.digestSeconds {
                    let interval = Int64(min(digest, RoutingRule.longestDigest)) * 1000
                    #expect(
                        alone.milliseconds % interval == 0 && alone - moment <= .milliseconds(interval),
                        "seed \(seed)"
                    )
                }
            }
        }
    }
}
