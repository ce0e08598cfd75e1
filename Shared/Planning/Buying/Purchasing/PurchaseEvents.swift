public import Models

/// Where a purchase stands.
public enum PurchaseState: String, Sendable, Codable, CaseIterable {
    /// Chosen; nothing is built yet.
    case planned
    /// What will be sent is stored, and from now on may have been sent.
    case prepared
    /// It may have been bought: nothing else is bought for its acquisition until that is known.
    case unknown
    /// The supplier has it, or has been paid.
    case accepted
    /// The supplier says the energy is there; the chain has not shown it.
    case delivered
    /// The chain has shown the energy; of a partial delivery what there is.
    case proven
    /// Being given back by us.
    case returning
    /// It was there, and is over.
    case ended
    /// Nothing was bought and nothing paid but what the chain burnt.
    case failed
    /// Paid, not delivered, and given back.
    case refunded
    /// Paid, not delivered, and the money claimed back.
    case disputed

    /// Whether nothing will come of it any more: another source may be asked.
    public var isFailure: Bool {
        switch self {
        case .failed, .refunded, .disputed: true
        case .planned, .prepared, .unknown, .accepted, .delivered, .proven, .returning, .ended: false
        }
    }

    /// Whether it may still bring energy that it has not brought: as long, nothing else is bought for its acquisition.
    public var isLive: Bool {
        switch self {
        case .planned, .prepared, .unknown, .accepted, .delivered: true
        case .proven, .returning, .ended, .failed, .refunded, .disputed: false
        }
    }
}

/// What can happen to a purchase. Outcomes of calls carry the number that the effect gave the call.
public enum PurchaseEvent: Sendable, Equatable {
    /// It shall begin.
    case begin
    /// What will be sent is built. Handle it in the transaction that stores those bytes, and act after the commit.
    case prepared(call: Int)
    /// It could not be built.
    case prepareFailed(SupplierFault, call: Int)
    /// The supplier took the order.
    case placed(PurchaseReport, call: Int)
    /// It did not, or did not answer.
    case placeFailed(SupplierFault, call: Int)
    /// A look-up was answered; `nil`: the supplier has never heard of it.
    case found(PurchaseReport?, call: Int)
    /// A look-up was not answered.
    case findFailed(SupplierFault, call: Int)
    /// The payment is in a solid block. Of this and ``paymentDead`` the shell says one, from the chain alone.
    case paymentLanded
    /// Solid time has passed the payment's expiration, and the chain does not know it.
    case paymentDead
    /// A reading of the chain, made at that moment, shows so much energy of this purchase at the wallet.
    case chainShows(Energy, at: Timestamp)
    /// A reorganisation took the proof away.
    case chainLost
    /// So much of the money is back; may happen several times.
    case refundArrived(Sun)
    /// The energy is not needed any more and shall be given back.
    case returnWanted
    /// The process that made the calls has ended: their outcomes are lost.
    case restarted
    /// Time has passed.
    case clock
}

/// What follows for the shell to do, in order.
public enum PurchaseEffect: Sendable, Equatable {
    /// Call `prepare` and answer with ``PurchaseEvent/prepared(call:)``.
    case prepare(call: Int)
    /// Call `place` with what was stored.
    case place(call: Int)
    /// Call `find`.
    case find(call: Int)
    /// Read the wallet and the supplier's delegations to it.
    case readChain
    /// Build, store and send the return; asked again until the chain shows it, so what is under way already is kept.
    case giveBack
    /// The chain shows so much energy: promises may be made of it.
    case proven(Energy)
    /// It does not any more.
    case unproven
    /// So much less than ordered will come: it may be acquired elsewhere.
    case missing(Energy)
    /// Nothing will come of it: the next source may be asked now. Said once in a life.
    case failOver(reason: String)
    /// So much more, or below zero so much less, was charged than said before; the sum is ``Purchase/charged``.
    /// - Parameter number: counts these from 1, so that each is booked once.
    case charged(Sun, number: Int)
    /// So much came back; the sum is ``Purchase/refunded``.
    /// - Parameter number: counts these from 1, so that each is booked once.
    case refunded(Sun, number: Int)
    /// The supplier owes us so much.
    case claimRefund(Sun)
    /// A measurement for ``SupplierHealth``.
    case learn(HealthSample)
    /// It is decided what became of it: `supplier.order_settled`. Said once, except after ``unproven``; that a claim was
    /// paid back, or was for nothing, is not said again.
    case settled(PurchaseState)
    /// What was given up has come after all: the position has it, nobody waits for it.
    case lateDelivery(Energy)
    /// Supplier and chain contradict one another or themselves; for people.
    case alarm(String)
}
