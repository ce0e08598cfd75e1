internal import ArgumentParser
internal import Models
internal import Planning

/// `busbar partner policy`
struct PartnerPolicy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "How sources of energy are chosen for a partner.",
        discussion: """
            Examples:
              busbar partner policy show
              busbar partner policy set p42 --order cheapest --max-price 60 --partner-fallback yes
              busbar partner policy set p42 --max-price house
              busbar partner policy set --house --reserve 20
            """,
        subcommands: [PartnerPolicyShow.self, PartnerPolicySet.self]
    )
}

/// `busbar partner policy show`
struct PartnerPolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what holds for a partner, or for the house and every partner.",
        discussion: "Example: busbar partner policy show p42 --json"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner; without, the house and all of them.", transform: Parsing.partner)
    var id: PartnerID?
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let all = try await operations.withPostgres { try await RegistryView.policies(in: $0) }
        let shown = all.filter { id == nil || $0.partner == id?.rawValue }
        guard !shown.isEmpty else {
            throw OperationError("there is no such partner", hint: "busbar partner list shows them, add makes one")
        }
        if json { return console.line(JSONOutput.pretty(shown)) }
        for line in Self.table(shown).lines() { console.line(line) }
    }

    static func table(_ policies: [RegistryView.Policy]) -> Table {
        var table = Table(
            "partner",
            "order",
            "max price",
            "above burning",
            "reserve",
            "burn remainder",
            "fallback",
            "block",
            "overlap"
        )
        for entry in policies {
            let policy = entry.policy
            table.add(
                entry.partner ?? "(house)",
                policy.order.rawValue,
                policy.maximumPrice.map { "\($0)" } ?? "none",
                policy.mayExceedBurning ? "yes" : "no",
                percent(policy.reservePerMille),
                policy.burnsRemainder ? "yes" : "no",
                policy.partnerFallback ? "yes" : "no",
                String(policy.blockLimit),
                policy.mayOverlap ? "yes" : "no"
            )
        }
        return table
    }

    private static func percent(_ perMille: Int64) -> String {
        let (whole, tenth) = perMille.quotientAndRemainder(dividingBy: 10)
        return tenth == 0 ? "\(whole) %" : "\(whole).\(tenth) %"
    }
}

/// `busbar partner policy set`
struct PartnerPolicySet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change a partner's policy, or the house's; what is not named stays.",
        discussion: """
            For a partner every option also takes the word house: as the house has it.

            Examples:
              busbar partner policy set p42 --order cheapest --max-price 60
              busbar partner policy set --house --reserve 12.5
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner; --house instead changes what holds for all others.", transform: Parsing.partner)
    var id: PartnerID?
    @Flag(help: "Change the house's policy.") var house = false
    @Option(help: "priority: own stake, then suppliers by rank; cheapest: by all-in cost.") var order: String?
    @Option(
        name: .customLong("max-price"),
        help: "Sun per energy that no purchase may exceed; for the house also none."
    )
    var maximumPrice: String?
    @Option(name: .customLong("above-burning"), help: "yes: a purchase may cost more than burning.") var aboveBurning:
        String?
    @Option(help: "Percent of each pool kept for urgent withdrawals.") var reserve: String?
    @Option(name: .customLong("burn-remainder"), help: "yes: burn for what is cheaper burnt than bought.")
    var burnRemainder: String?
    @Option(name: .customLong("partner-fallback"), help: "yes: the partner burns by himself when every source fails.")
    var partnerFallback: String?
    @Option(name: .customLong("block-limit"), help: "Withdrawals that one purchase may be for, 1 to 200.")
    var blockLimit: String?
    @Option(
        help: """
            yes: a second rental may stand at a wallet beside one that has not ended; no: none is bought for the wallet \
            until that one has ended.
            """
    )
    var overlap: String?

    func validate() throws {
        guard house != (id != nil) else { throw ValidationError("name a partner, or give --house") }
        guard try !changes().isEmpty else { throw ValidationError("nothing to change; --help lists the options") }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let changes = try changes()
        let shown = try await operations.withRegistry { registry, postgres in
            try await registry.setPolicy(of: id, changes)
            return try await RegistryView.policies(in: postgres).filter { $0.partner == id?.rawValue }
        }
        let console = Console()
        console.good("policy of \(id.map(\.rawValue) ?? "the house")")
        for line in PartnerPolicyShow.table(shown).lines() { console.line(line) }
    }

    /// What was named, as the registry has it.
    func changes() throws -> [String: RegistryValue] {
        var changes: [String: RegistryValue] = [:]
        func read(_ text: String?, _ key: String, _ value: (String) throws -> RegistryValue) rethrows {
            guard let text else { return }
            changes[key] = text == "house" && !house ? RegistryValue.nothing : try value(text)
        }
        try read(order, "source_order") { text in
            guard SourcePolicy.Order(rawValue: text) != nil else {
                throw ValidationError(
                    "--order takes \(SourcePolicy.Order.allCases.map(\.rawValue).joined(separator: " or "))"
                )
            }
            return .text(text)
        }
        try read(maximumPrice, "maximum_price") { text in
            if house, text == "none" { return .nothing }
            guard let price = SunPerEnergy(text), price.rawValue > 0 else {
                throw ValidationError("--max-price takes sun per energy, such as 60 or 37.5")
            }
            return .number(price.rawValue)
        }
        try read(reserve, "reserve_permille") { .number(try Self.perMille($0)) }
        try read(blockLimit, "block_limit") { text in
            guard let limit = Int64(text), (1...200).contains(limit) else {
                throw ValidationError("--block-limit takes 1 to 200")
            }
            return .number(limit)
        }
        let flags = [
            (aboveBurning, "may_exceed_burning", "--above-burning"),
            (burnRemainder, "burns_remainder", "--burn-remainder"),
            (partnerFallback, "partner_fallback", "--partner-fallback"), (overlap, "may_overlap", "--overlap"),
        ]
        for (text, key, option) in flags {
            try read(text, key) { text in
                guard text == "yes" || text == "no" else { throw ValidationError("\(option) takes yes or no") }
                return .flag(text == "yes")
            }
        }
        return changes
    }

    private static func perMille(_ text: String) throws -> Int64 {
        let number = text.hasSuffix("%") ? String(text.dropLast()) : text
        guard let percent = SunPerEnergy(number), percent.rawValue % 100_000 == 0,
            (0...1000).contains(percent.rawValue / 100_000)
        else { throw ValidationError("--reserve takes 0 to 100 percent, with at most one decimal") }
        return percent.rawValue / 100_000
    }
}
