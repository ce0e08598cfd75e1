internal import ArgumentParser
internal import Models
internal import Planning

/// `busbar partner terms`
struct PartnerTerms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terms",
        abstract: "What a partner pays: margin, fee, charge rule, credit limit. Without options, shows it.",
        discussion: """
            Without a partner it is about the house's own terms, which hold where a partner's say nothing.

            Examples:
              busbar partner terms
              busbar partner terms --margin-permille 50 --fee 0.2
              busbar partner terms p42 --margin-permille 30 --credit-limit 1000
              busbar partner terms p42 --charge-rule always --payer user
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner.", transform: Parsing.partner) var id: PartnerID?
    @Option(help: "Margin on the base cost in thousandths, 0 to 10000.") var marginPermille: Int32?
    @Option(help: "Fee per withdrawal, in TRX.", transform: Parsing.trxOrZero) var fee: Sun?
    @Option(help: "How far below zero the prepaid balance may go, in TRX.", transform: Parsing.trxOrZero)
    var creditLimit: Sun?
    @Option(
        help: """
            What is charged when a withdrawal that was ready is not sent in time: if_not_reused (its energy, if nobody \
            else could use it), always, never.
            """,
        transform: Self.rule
    )
    var chargeRule: ChargeRule?
    @Option(
        help: "Whose balance pays: partner, or user (of requests that name one).",
        transform: Self.payer
    )
    var payer: Payer?
    @Flag(help: "Write JSON.") var json = false

    func validate() throws {
        if let marginPermille, !(0...10_000).contains(marginPermille) {
            throw ValidationError("--margin-permille takes 0 to 10000")
        }
        if id == nil, creditLimit != nil { throw ValidationError("--credit-limit is a partner's: name one") }
        if let creditLimit, creditLimit > Sun(1_000_000_000_000_000_000) {
            throw ValidationError("--credit-limit takes at most 1000000000000 TRX")
        }
    }

    func run() async throws {
        let change = LedgerDesk.Terms(
            marginPermille: marginPermille,
            fee: fee,
            chargeRule: chargeRule?.rawValue,
            payer: payer?.rawValue,
            creditLimit: creditLimit
        )
        let operations = try await Operations.find(location.layout)
        let all = try await operations.withLedger { desk, _ in
            if !change.isEmpty { try await desk.set(change, of: id) }
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

    private static func rule(_ text: String) throws -> ChargeRule {
        guard let rule = ChargeRule(rawValue: text) else {
            let known = ChargeRule.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(text) is not a charge rule: \(known)")
        }
        return rule
    }

    private static func payer(_ text: String) throws -> Payer {
        guard let payer = Payer(rawValue: text) else { throw ValidationError("\(text) is neither partner nor user") }
        return payer
    }
}
