public import Models
internal import Storage

/// A charge for one allocation.
public struct AllocationCharge: Sendable, Equatable {
    /// What is charged: at most one debit stands per allocation.
    public var allocation: UUIDv7
    /// Whose withdrawal it is.
    public var partner: PartnerID
    /// The upstream's name for it.
    public var withdrawal: WithdrawalID
    /// The partner's user whose balance pays; `nil` for the partner's prepaid balance.
    public var user: String?
    /// What it costs; its total is debited.
    public var sheet: CostSheet

    /// A charge to the partner, or to one of its users.
    public init(
        allocation: UUIDv7,
        partner: PartnerID,
        withdrawal: WithdrawalID,
        user: String? = nil,
        sheet: CostSheet
    ) {
        self.allocation = allocation
        self.partner = partner
        self.withdrawal = withdrawal
        self.user = user
        self.sheet = sheet
    }
}

/// What became of a charge. ``balance`` is the payer's after all of the batch.
public struct ChargeAnswer: Sendable, Equatable {
    /// What became of it.
    public enum Result: Sendable, Equatable {
        /// It was debited now.
        case charged
        /// A debit of this allocation stands, open or completed; nothing was debited. The price it was made at holds.
        case alreadyCharged(CostSheet)
        /// The balance would have fallen below its limit; nothing was debited. A shortage with a reason, not an error.
        case insufficient
    }

    /// What became of it.
    public var result: Result
    /// The payer's balance; below zero within its credit limit.
    public var balance: Sun

    /// An answer as the ledger gives it.
    public init(result: Result, balance: Sun) {
        self.result = result
        self.balance = balance
    }

    /// Whether the allocation is paid for.
    public var isPaid: Bool { result != .insufficient }

    static func read(_ rows: PostgresRows, for charges: [AllocationCharge]) throws -> [ChargeAnswer] {
        let answers = try rows.decode(
            as: (
                Int32, String, Sun, String?, Energy?, Int64?, Sun?, Sun?, Sun?, Sun?, Sun?, Sun?, Sun?
            ).self
        )
        guard answers.count == charges.count else {
            throw LedgerError(.unexpectedAnswer, "\(answers.count) answers to \(charges.count) charges")
        }
        return try answers.map { row in
            switch row.1 {
            case "charged": return ChargeAnswer(result: .charged, balance: row.2)
            case "insufficient": return ChargeAnswer(result: .insufficient, balance: row.2)
            case "already_charged":
                guard let source = row.3, let energy = row.4, let price = row.5, let energyCost = row.6,
                    let bandwidth = row.7, let activation = row.8, let margin = row.9, let fee = row.10,
                    let total = row.11, let baseline = row.12
                else { throw LedgerError(.unexpectedAnswer, "a debit without figures") }
                let sheet = CostSheet(
                    source: source,
                    energy: energy,
                    energyPrice: SunPerEnergy(rawValue: price),
                    energyCost: energyCost,
                    bandwidthCost: bandwidth,
                    activationCost: activation,
                    margin: margin,
                    fee: fee,
                    total: total,
                    baseline: baseline
                )
                return ChargeAnswer(result: .alreadyCharged(sheet), balance: row.2)
            default: throw LedgerError(.unexpectedAnswer, "a charge ended as '\(row.1)'")
            }
        }
    }
}

extension CostSheet {
    /// What is wrong with it as a charge: an item below zero, or a total that is not the sum.
    var flaw: String? {
        let items = [energyCost, bandwidthCost, activationCost, margin, fee]
        guard items.allSatisfy({ $0 >= .zero }), energy >= .zero, energyPrice.rawValue >= 0 else {
            return "a figure is below zero"
        }
        var sum: Sun? = .zero
        for item in items { sum = sum?.adding(item) }
        guard let sum else { return "its items do not fit 64 bits" }
        return sum == total ? nil : "its items sum to \(sum), its total is \(total)"
    }
}
