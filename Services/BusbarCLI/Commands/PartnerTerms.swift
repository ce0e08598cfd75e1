internal import ArgumentParser
internal import Models
internal import Planning

/// `busbar partner terms`
struct PartnerTerms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terms",
        abstract: "What a partner pays: margin, fee, charge rule, credit limit. Without options, shows it.",
        discussion: """
            Without a partner it is about the house's own terms, which hold where a partner's say nothing. For a partner \
            every option but --credit-limit also takes the word house: as the house has it.

            Examples:
              busbar partner terms
              busbar partner terms --margin-permille 50 --fee 0.2
              busbar partner terms p42 --margin-permille 30 --credit-limit 1000
              busbar partner terms p42 --charge-rule always --payer user
              busbar partner terms p42 --fee house
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner.", transform: Parsing.partner) var id: PartnerID?
    @Option(help: "Margin on the base cost in thousandths, 0 to 10000.") var marginPermille: String?
    @Option(help: "Fee per withdrawal, in TRX.") var fee: String?
    @Option(help: "How far below zero the prepaid balance may go, in TRX.", transform: Parsing.trxOrZero)
    var creditLimit: Sun?
    @Option(
        help: """
            What is charged when a withdrawal that was ready is not sent in time: if_not_reused (its energy, if nobody \
            else could use it), always, never.
            """
    )
    var chargeRule: String?
    @Option(help: "Whose balance pays: partner, or user (of requests that name one).") var payer: String?
    @Flag(help: "Write JSON.") var json = false

    func validate() throws { _ = try changes() }

    func run() async throws {
        let changes = try changes()
        let operations = try await Operations.find(location.layout)
        let all = try await operations.withLedger { desk, _ in
            if !changes.isEmpty { try await desk.setTerms(of: id, changes) }
            return try await desk.terms()
        }
        let shown = id == nil ? all : all.filter { $0.partner == id?.rawValue }
        guard !shown.isEmpty else {
            throw OperationError("there is no such partner", hint: "busbar partner list shows them")
        }
        let console = Console()
        if json { return console.line(JSONOutput.pretty(shown)) }
        var table = Table("partner", "margin per mille", "fee TRX", "credit limit TRX", "charge rule", "payer")
        for terms in shown {
            table.add(
                terms.partner ?? "(house)",
                String(terms.marginPermille),
                terms.fee.fixedTRX,
                terms.creditLimit.fixedTRX,
                terms.chargeRule,
                terms.payer
            )
        }
        for line in table.lines() { console.line(line) }
    }

    /// What was named, as the registry has it.
    func changes() throws -> [String: RegistryValue] {
        var changes: [String: RegistryValue] = [:]
        func read(_ text: String?, _ key: String, _ value: (String) throws -> RegistryValue) rethrows {
            guard let text else { return }
            changes[key] = text == "house" && id != nil ? RegistryValue.nothing : try value(text)
        }
        try read(marginPermille, "margin_permille") { text in
            guard let margin = Int64(text), (0...10_000).contains(margin) else {
                throw ValidationError("--margin-permille takes 0 to 10000")
            }
            return .number(margin)
        }
        try read(fee, "fee_sun") { text in
            let fee = try Parsing.trxOrZero(text)
            guard fee < Sun(1 << 53) else { throw ValidationError("--fee takes at most 9007199254.740991 TRX") }
            return .number(fee.rawValue)
        }
        try read(chargeRule, "charge_rule") { text in
            guard ChargeRule(rawValue: text) != nil else {
                let known = ChargeRule.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("\(text) is not a charge rule: \(known)")
            }
            return .text(text)
        }
        try read(payer, "payer") { text in
            guard Payer(rawValue: text) != nil else { throw ValidationError("\(text) is neither partner nor user") }
            return .text(text)
        }
        if let creditLimit {
            guard id != nil else { throw ValidationError("--credit-limit is a partner's: name one") }
            guard creditLimit <= Sun(1_000_000_000_000_000_000) else {
                throw ValidationError("--credit-limit takes at most 1000000000000 TRX")
            }
            changes["credit_limit_sun"] = .number(creditLimit.rawValue)
        }
        return changes
    }
}
