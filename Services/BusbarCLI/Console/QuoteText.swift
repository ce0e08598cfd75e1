internal import Models

/// A ``QuoteReport`` as people read it.
struct QuoteText {
    let report: QuoteReport

    /// The lines of it; the console knows about colours.
    func lines(for console: Console) -> [String] {
        var lines = [headline(console), ""]
        lines.append(row("need", need))
        lines.append(row("wallet", wallet))
        lines.append(row("bandwidth", bandwidth))
        lines.append(row("source", source))
        lines.append(row("price", price(console)))
        lines += [""] + costs() + [""]
        if let until = report.validUntil {
            lines.append("valid until \(until)")
        } else if report.cost != nil {
            lines.append(console.styled("an estimate, not a quote: the price is not fresh", .warning))
        } else {
            lines.append(console.styled("no quote", .bad))
        }
        for remark in report.remarks { lines.append("\(console.styled("!", .warning)) \(remark)") }
        return lines
    }

    private func headline(_ console: Console) -> String {
        let what = report.count == 1 ? "\(report.call.rawValue)" : "\(report.count) × \(report.call.rawValue)"
        let holder = report.holder.map { " of \($0)'s tokens" } ?? ""
        return "\(console.styled(what, .strong)) of \(report.amount) USDT by \(report.from) to \(report.to)\(holder), "
            + "partner \(report.partner)"
    }

    private func row(_ name: String, _ text: String) -> String {
        "  \(name)\(String(repeating: " ", count: 12 - name.count))\(text)"
    }

    private var need: String {
        var text = "\(report.need.energy) energy each (\(report.need.simulatedEnergy) simulated, margin added)"
        switch report.need.recipient {
        case .holder?: text += "; the recipient holds USDT"
        case .newHolder?: text += "; the recipient has no USDT yet"
        case nil: break
        }
        switch report.need.allowance {
        case .limited?: text += ", the allowance is limited"
        case .unlimited?: text += ", the allowance is unlimited"
        case nil: break
        }
        switch report.need.approval {
        case .first?: text += "; nothing was allowed before"
        case .change?: text += "; an allowance is changed"
        case nil: break
        }
        return text
    }

    private var wallet: String {
        let wallet = report.wallet
        return "\(wallet.freeEnergy) energy free of \(wallet.energyLimit), \(wallet.energyUsed) used and "
            + "\(wallet.promisedEnergy) promised: enough for \(wallet.carries) of \(report.count)"
    }

    private var bandwidth: String {
        let burn = report.wallet.bandwidthBurn
        let text = "\(report.need.bandwidth) bytes each, the wallet has \(report.wallet.bandwidth)"
        return burn == .zero ? text : text + " and burns \(burn.fixedTRX) TRX of its own for the rest"
    }

    private var source: String {
        guard let source = report.source else { return "none serves it now" }
        let steps = report.steps.map { "\($0.source) \($0.energy) for \($0.serves)" }
        let missing = report.missing == .zero ? "" : ": \(report.missing) energy missing"
        return steps.isEmpty ? source + missing : "\(source)\(missing) (\(steps.joined(separator: ", ")))"
    }

    private func price(_ console: Console) -> String {
        guard let price = report.price else { return "none" }
        let state = price.isFresh ? console.styled("fresh", .good) : console.styled("stale", .warning)
        return "\(price.price) sun per energy (\(price.source), \(price.age) s old, \(state))"
    }

    private func costs() -> [String] {
        guard let cost = report.cost else {
            return [row("burning", "\(report.baseline.fixedTRX) TRX each")]
        }
        var table = Table("  item", "TRX each")
        table.add("  energy", cost.energyCost.fixedTRX)
        table.add("  bandwidth", cost.bandwidthCost.fixedTRX)
        table.add("  activation", cost.activationCost.fixedTRX)
        table.add("  margin", cost.margin.fixedTRX)
        table.add("  fee", cost.fee.fixedTRX)
        table.add("  total", cost.total.fixedTRX)
        table.add("  burning instead", cost.baseline.fixedTRX)
        var lines = table.lines()
        if let saving = report.saving { lines.append("  saved: \(saving) %") }
        if report.count > 1, let total = report.total {
            lines.append("  all \(report.count): \(total.fixedTRX) TRX")
        }
        return lines
    }
}
