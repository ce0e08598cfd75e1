internal import ArgumentParser
internal import Ledger
internal import Models

/// `busbar partner credit`
struct PartnerCredit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit",
        abstract: "Book a deposit on a partner's prepaid balance by hand.",
        discussion: """
            It stands on the partner's statement and, with your name, in the audit log. With --key the same deposit is \
            booked once, however often the command is run: take the id of the transaction that brought it.

            Examples:
              busbar partner credit p42 5000 --note "deposit of 21 November" --key 7d3f…
              busbar partner credit p42 5000 --note "booked twice" --take-back
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner.", transform: Parsing.partner) var id: PartnerID
    @Argument(help: "How many TRX, with at most 6 decimal places.", transform: Parsing.trx) var amount: Sun
    @OptionGroup var deposit: DepositOptions

    func run() async throws { try await deposit.book(amount, on: id, user: nil, location) }
}

/// `busbar user`
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Balances of a partner's users, for partners whose users pay themselves.",
        discussion: """
            Examples:
              busbar user credit p42 alice 20 --note "deposit" --key 7d3f…
              busbar user balance p42 alice
              busbar statement p42 --user alice
            """,
        subcommands: [UserCredit.self, UserBalance.self]
    )
}

/// `busbar user credit`
struct UserCredit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit",
        abstract: "Book a deposit on the balance of a partner's user by hand.",
        discussion: """
            It stands on the user's statement and, with your name, in the audit log. With --key the same deposit is \
            booked once, however often the command is run.

            Example: busbar user credit p42 alice 20 --note "deposit of 21 November" --key 7d3f…
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner.", transform: Parsing.partner) var id: PartnerID
    @Argument(help: "The user, as requests name it (user_id).", transform: Parsing.user) var user: String
    @Argument(help: "How many TRX, with at most 6 decimal places.", transform: Parsing.trx) var amount: Sun
    @OptionGroup var deposit: DepositOptions

    func run() async throws { try await deposit.book(amount, on: id, user: user, location) }
}

/// `busbar user balance`
struct UserBalance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance",
        abstract: "What a partner's user has.",
        discussion: "Example: busbar user balance p42 alice --json"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner.", transform: Parsing.partner) var id: PartnerID
    @Argument(help: "The user, as requests name it (user_id).", transform: Parsing.user) var user: String
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let balance = try await operations.withLedger { _, client in
            try await Books(in: client).balance(of: id, user: user)
        }
        BalanceTable.show([balance].compactMap(\.self), json: json)
    }
}

/// `busbar partner balance`
struct PartnerBalance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance",
        abstract: "What a partner has paid in advance, and its users.",
        discussion: """
            Example: busbar partner balance p42
            A balance below zero is what the partner owes within its credit limit (busbar partner terms).
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner.", transform: Parsing.partner) var id: PartnerID
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let balances = try await operations.withLedger { _, client in try await Books(in: client).balances(of: id) }
        BalanceTable.show(balances, json: json)
    }
}

/// What every deposit by hand takes.
struct DepositOptions: ParsableArguments {
    @Option(help: "Why, for the statement and the audit log.") var note: String
    @Option(help: "What makes the deposit unique, such as its transaction's id: booked once.") var key: String?
    @Flag(name: .customLong("take-back"), help: "Take the amount back instead, as far as the balance goes.")
    var takesBack = false

    func validate() throws {
        guard (1...500).contains(note.utf8.count), Parsing.isPrintable(note) else {
            throw ValidationError("--note takes 1 to 500 bytes and no control characters")
        }
        if let key, !(1...150).contains(key.utf8.count) || !Parsing.isPrintable(key) {
            throw ValidationError("--key takes 1 to 150 bytes and no control characters")
        }
    }

    func book(_ amount: Sun, on partner: PartnerID, user: String?, _ location: StackLocation) async throws {
        let operations = try await Operations.find(location.layout)
        let answer = try await operations.withLedger { desk, _ in
            try await desk.credit(
                partner,
                user: user,
                amount: takesBack ? .zero - amount : amount,
                key: key,
                note: note
            )
        }
        let account = user.map { "user \($0) of partner \(partner)" } ?? "partner \(partner)"
        guard answer.isNew else {
            return Console().warning("booked before as entry \(answer.entry): nothing was done")
        }
        let what = takesBack ? "taken back from" : "credited to"
        Console().good("\(amount.trx) TRX \(what) \(account); balance \(answer.balance.trx) TRX")
    }
}

private enum BalanceTable {
    struct Row: Encodable {
        var account: String
        var user: String?
        var balance_sun: Sun
        var credit_limit_sun: Sun?
        var available_sun: Sun
    }

    static func show(_ balances: [AccountBalance], json: Bool) {
        let rows = balances.map {
            Row(
                account: $0.code,
                user: $0.user,
                balance_sun: $0.balance,
                credit_limit_sun: $0.creditLimit,
                available_sun: $0.balance.adding($0.creditLimit ?? .zero) ?? $0.balance
            )
        }
        let console = Console()
        if json { return console.line(JSONOutput.pretty(rows)) }
        guard !rows.isEmpty else {
            return console.line("nothing was ever booked there; busbar partner credit, or user credit, books a deposit")
        }
        var table = Table("account", "balance TRX", "credit limit TRX", "available TRX")
        for row in rows {
            table.add(
                row.account,
                row.balance_sun.fixedTRX,
                (row.credit_limit_sun ?? .zero).fixedTRX,
                row.available_sun.fixedTRX
            )
        }
        for line in table.lines() { console.line(line) }
    }
}
