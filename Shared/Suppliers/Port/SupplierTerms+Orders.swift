internal import Models

extension SupplierTerms {
    /// What is sold for a demand, or a fault that nothing was sent for.
    func energy(for demand: EnergyDemand) throws(SupplierFault) -> Energy {
        guard let energy = sold(for: demand.energy) else {
            throw SupplierFault(.unavailable, .notSent, "at most \(maximumEnergy) energy in one order")
        }
        return energy
    }

    /// The rental for a demand, or a fault that nothing was sent for.
    func duration(for demand: EnergyDemand) throws(SupplierFault) -> Duration {
        guard let duration = rental(lasting: demand.duration) else {
            throw SupplierFault(.unavailable, .notSent, "no rental lasts \(demand.duration)")
        }
        guard activatesReceiver || !demand.activation else {
            throw SupplierFault(.notOffered, .notSent, "it activates no receivers")
        }
        return duration
    }
}

extension PreparedPurchase {
    /// An order at the price just quoted.
    /// - Throws: `price_changed` when that is more than the order allows.
    init(_ supplier: SupplierID, _ order: SupplierOrder, quoted quote: SupplierQuote) throws(SupplierFault) {
        guard quote.total <= order.maximumTotal else {
            throw SupplierFault(
                .priceChanged,
                .answered,
                "\(quote.total) sun instead of at most \(order.maximumTotal)"
            )
        }
        self.init(
            supplier: supplier,
            order: order,
            energy: quote.energy,
            duration: quote.duration,
            total: quote.total
        )
    }
}
