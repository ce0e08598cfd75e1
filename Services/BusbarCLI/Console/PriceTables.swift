internal import Models

/// A ``PriceReport`` as people read it.
struct PriceTables {
    let report: PriceReport

    /// What one transfer to a holder of USDT is usually packed as: only for comparing prices by eye.
    private static let pack = Energy(65_000)

    /// The lines of it; the console knows about colours.
    func lines(for console: Console) -> [String] {
        var lines = [headline(console), ""] + sources().lines() + [""] + energy().lines() + [""] + chain()
        if !report.changes.isEmpty { lines += [""] + changes().lines() }
        return lines
    }

    private func headline(_ console: Console) -> String {
        guard let price = report.trxUSD, let age = report.trxAge else {
            return "TRX/USD is not known: no \(report.sources.isEmpty ? "price-feed has run" : "two sources agree") yet"
        }
        let agreed = report.trxSources == 1 ? "1 source" : "\(report.trxSources) sources"
        let state = console.styled(report.trxState.rawValue, report.trxState == .fresh ? .good : .warning)
        return "TRX/USD \(console.styled("\(price)", .strong))  \(state), \(Self.age(age)) old, \(agreed) agreed"
    }

    private func sources() -> Table {
        var table = Table("source", "TRX/USD", "age", "state")
        for source in report.sources {
            table.add(
                source.source,
                source.trxUSD.map { "\($0)" } ?? "-",
                (source.age ?? (source.fault == nil ? source.triedAge : nil)).map(Self.age) ?? "-",
                Self.state(of: source)
            )
        }
        return table
    }

    private static func state(of source: PriceReport.Source) -> String {
        if !source.isEnabled { return "off" }
        var parts: [String] = []
        if let verdict = source.verdict {
            let isRefused = verdict == "outlier" || verdict == "ahead"
            parts.append((isRefused ? "refused: " : "") + verdict + (source.why.map { ", \($0)" } ?? ""))
        }
        if let fault = source.fault {
            parts.append("failing (\(source.failures)): \(fault), \(source.faultDetail ?? "")")
        } else if parts.isEmpty {
            parts.append(source.triedAge == nil ? "not asked yet" : "ok")
        }
        return parts.joined(separator: "; ")
    }

    private func energy() -> Table {
        var table = Table("energy from", "sun/energy", "TRX for \(Self.pack)", "USD", "age", "state")
        for energy in report.energy {
            let cost = energy.price.cost(of: Self.pack)
            table.add(
                energy.source,
                "\(energy.price)",
                cost.flatMap { TokenAmount(units: $0.rawValue) }.map { "\($0)" } ?? "-",
                dollars(cost),
                Self.age(energy.age),
                energy.isFresh ? "fresh" : "stale"
            )
        }
        return table
    }

    /// To a hundredth of a cent, and only by a price that is fresh.
    private func dollars(_ cost: Sun?) -> String {
        guard report.trxState == .fresh, let price = report.trxUSD, let cost,
            let raw = scaledUp(cost.rawValue, by: price.rawValue, over: 100_000_000)
        else { return "-" }
        return "\(USDPerTRX(rawValue: raw * 100))"
    }

    private func chain() -> [String] {
        guard let chain = report.chain else { return ["the chain has not been read yet"] }
        // Ten-thousandths, shown as a factor.
        let factor = "\(USDPerTRX(rawValue: chain.tokenFactor * 100))"
        var lines = [
            "chain       block \(chain.block), read \(Self.age(chain.age)) ago: energy \(chain.energyFee) sun, "
                + "bandwidth \(chain.bandwidthFee) sun/byte, \(chain.energyPerTRX) energy per TRX of stake, "
                + "USDT factor \(factor)"
        ]
        for proposal in chain.openProposals {
            let values = proposal.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.append(
                "proposal    \(proposal.id): \(values.joined(separator: ", ")), voted on until \(proposal.expiresAt)"
            )
        }
        if let congestion = report.congestion, let factor = report.factorShare, let use = report.blockUse {
            lines.append(
                "congestion  \(congestion) of 100 (factor at \(factor) % of its highest, blocks \(use) % used)"
            )
        }
        if let demand = report.marketDemand { lines.append("demand      \(demand)") }
        return lines
    }

    private func changes() -> Table {
        var table = Table("changed at", "block", "parameter", "was", "is")
        for change in report.changes {
            table.add(
                change.at.description,
                String(change.block),
                change.parameter,
                change.old ?? "-",
                change.new ?? "-"
            )
        }
        return table
    }

    private static func age(_ seconds: Int64) -> String {
        seconds < 60 ? "\(seconds) s" : DurationText.text(.seconds(seconds))
    }
}
