public import Models

/// What one transaction has to book for its withdrawals. Refunds go first, so that what comes back can be charged again.
public struct Dues: Sendable, Equatable {
    /// An allocation to be charged.
    public struct Charge: Sendable, Equatable {
        /// The withdrawal.
        public var key: WithdrawalKey
        /// What is charged.
        public var allocation: UUIDv7
        /// Whose balance pays.
        public var payer: PayerAccount
        /// How much, and for what.
        public var sheet: CostSheet
    }

    /// A charge to be given back.
    public struct Refund: Sendable, Equatable {
        /// What was charged.
        public var allocation: UUIDv7
        /// How much comes back; `nil` for all.
        public var amount: Sun?
        /// For the statement.
        public var reason: String

        /// A refund of everything, or of a part.
        public init(allocation: UUIDv7, amount: Sun?, reason: String) {
            self.allocation = allocation
            self.amount = amount
            self.reason = reason
        }
    }

    /// A charge that is earned.
    public struct Completion: Sendable, Equatable {
        /// What was charged.
        public var allocation: UUIDv7
        /// What its transfer used.
        public var energyUsed: Energy

        /// The end of a charge as earned.
        public init(allocation: UUIDv7, energyUsed: Energy) {
            self.allocation = allocation
            self.energyUsed = energyUsed
        }
    }

    /// In the order in which a balance that does not suffice for all pays them.
    public var charges: [Charge] = []
    /// At most one an allocation.
    public var refunds: [Refund] = []
    /// At most one an allocation.
    public var completions: [Completion] = []

    /// Whether there is nothing to book.
    public var isEmpty: Bool { charges.isEmpty && refunds.isEmpty && completions.isEmpty }
}

/// The ledger's answer to a charge.
public enum ChargeOutcome: Sendable, Equatable {
    /// It is paid, now or by a debit that stood already, at the price of this sheet.
    case paid(CostSheet)
    /// The balance does not suffice.
    case insufficient
}

/// A charge whose end is known.
struct EndedCharge: Sendable {
    var key: WithdrawalKey
    var allocation: UUIDv7
    var end: ChargedEnd
    var fate: EnergyFate
    var sheet: CostSheet?
    var energyUsed: Energy
}

extension WorkingSet {
    /// Withdrawals whose charge comes back in this transaction.
    public var refunded: Set<WithdrawalKey> { Set(endedCharges.map(\.key)) }

    /// What has to be booked, with every promise that is ``reserved``. Answers are given to ``take(_:for:terms:now:)``.
    public func dues(_ terms: PromiseTerms) -> Dues {
        var dues = Dues()
        for charge in endedCharges {
            switch conclusion(of: charge, rule: terms.pricing(of: charge.key.partner).chargeRule) {
            case .complete:
                dues.completions.append(.init(allocation: charge.allocation, energyUsed: charge.energyUsed))
            case .refund(let amount):
                dues.refunds.append(
                    .init(allocation: charge.allocation, amount: amount, reason: charge.end.statementReason)
                )
            }
        }
        for item in reserved {
            guard let withdrawal = entries[item.promise.key]?.withdrawal else { continue }
            dues.charges.append(
                .init(
                    key: item.promise.key,
                    allocation: item.terms.allocationID,
                    payer: terms.payer(of: withdrawal),
                    sheet: item.terms.cost
                )
            )
        }
        for key in chargedAgain {
            guard let entry = entries[key], let position = positions[entry.withdrawal.from],
                let sheet = terms.sheet(
                    for: entry.withdrawal,
                    of: EnergyOffer(source: position.energySource, price: position.energyPrice),
                    quote: quote(for: entry.withdrawal)
                )
            else { continue }
            dues.charges.append(
                .init(key: key, allocation: entry.allocationID, payer: terms.payer(of: entry.withdrawal), sheet: sheet)
            )
        }
        return dues
    }

    /// Takes the answers to the charges: what is paid for is promised, the rest of what was reserved is short of money.
    /// - Parameter answers: one for each of the charges, in their order.
    public mutating func take(_ answers: [ChargeOutcome], for dues: Dues, terms: PromiseTerms, now: Timestamp) {
        var paid: [WithdrawalKey: CostSheet] = [:]
        let again = Set(chargedAgain)
        for (charge, answer) in zip(dues.charges, answers) {
            switch answer {
            case .paid(let sheet): paid[charge.key] = sheet
            case .insufficient where again.contains(charge.key): changes.uncharged[charge.allocation] = charge.sheet
            case .insufficient: break
            }
        }
        endedCharges = []
        chargedAgain = []
        make(paid, terms: terms, now: now)
    }

    /// Notes that the charge of a withdrawal has ended. Its promise is closed by now, and what it held is free again.
    mutating func endCharge(of entry: Entry, _ end: ChargedEnd) {
        let key = entry.withdrawal.key
        if let index = chargedAgain.firstIndex(of: key) {
            // Charged and given back at once: never charged.
            chargedAgain.remove(at: index)
            return
        }
        endedCharges.append(
            EndedCharge(
                key: key,
                allocation: entry.allocationID,
                end: end,
                fate: fate(of: entry.withdrawal, end),
                sheet: entry.withdrawal.cost,
                energyUsed: entry.withdrawal.receipt?.energyUsed ?? .zero
            )
        )
    }

    /// Our own stake goes back to its pool. Of what was bought it counts as reused if it is still there for others.
    private func fate(of withdrawal: Withdrawal, _ end: ChargedEnd) -> EnergyFate {
        switch end {
        case .settled, .settledLate, .transferFailed: return .used
        case .notSent, .givenUp, .cancelled, .expired, .broken:
            let source = withdrawal.cost?.source
            if source == "own_stake" || source == WalletPosition.standing { return .reused }
            let free = positions[withdrawal.from]?.free ?? .zero
            return free >= withdrawal.need?.energy ?? .zero ? .reused : .wasted
        }
    }

    private enum Conclusion {
        case complete
        /// `nil` for all.
        case refund(Sun?)
    }

    private func conclusion(of charge: EndedCharge, rule: ChargeRule) -> Conclusion {
        switch charge.end {
        case .settled, .transferFailed: return .complete
        case .broken, .cancelled, .expired: return .refund(nil)
        case .settledLate, .notSent, .givenUp:
            // Without a sheet nothing is charged; one that pricing cannot have made is given back.
            guard let sheet = charge.sheet,
                let conclusion = try? concludeCharge(
                    sheet,
                    end: charge.end,
                    energy: charge.fate,
                    activated: false,
                    rule: rule
                )
            else { return .refund(nil) }
            switch conclusion {
            case .complete: return .complete
            case .refund(let amount, _): return .refund(amount)
            }
        }
    }
}

extension ChargedEnd {
    /// As a refund gives it.
    var statementReason: String {
        switch self {
        case .settled: "settled"
        case .settledLate: "late"
        case .transferFailed: "transfer_failed"
        case .notSent: "not_sent"
        case .givenUp: "given_up"
        case .cancelled: "cancelled"
        case .expired: "expired"
        case .broken: "revoked"
        }
    }
}
