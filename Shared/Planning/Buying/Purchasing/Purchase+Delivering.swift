internal import Models

extension Purchase {
    /// Less than this is not all of it.
    private func enough(of energy: Energy) -> Energy {
        Energy(scaledUp(energy.rawValue, by: 1000 - limits.tolerancePerMille, over: 1000) ?? .max)
    }

    /// What is known or has to be assumed to be spent.
    private var spent: Sun {
        let cost = charged ?? (payment == .dead || boughtAt == nil ? .zero : order.quoted)
        return (cost - refunded).clamped
    }

    /// The supplier's word.
    mutating func take(_ report: PurchaseReport, _ now: Timestamp) -> [PurchaseEffect] {
        reference = report.reference ?? reference
        if !report.delegations.isEmpty { delegations = Array(report.delegations.prefix(32)) }
        // What the chain has not moved was not charged, whatever was said while that was open.
        var effects = payment == .dead ? [] : report.charged.map { charge($0) } ?? []
        switch report.state {
        case .failed(let refunded): return effects + supplierGaveUp(refunded: refunded ?? false, now)
        case .cancelled:
            // Nothing is known to be taken: nothing is to be had back.
            if state.isLive, state != .planned, energy == .zero, !rules.paysOnChain, (charged ?? .zero) == .zero {
                return effects + fail("the supplier cancelled the order", wasAsked: true)
            }
            // The chain has undone it: what it has cost is all that it costs, and nothing is to be had back.
            if rules.paysOnChain, payment == .landed, state.isLive, energy == .zero, report.charged != nil {
                return effects + fail("the call was undone on chain", wasAsked: true)
            }
            return effects + supplierGaveUp(refunded: false, now)
        case .accepted, .delivering, .delivered, .partial: break
        }
        expiresAt = report.expiresAt ?? expiresAt
        guard state.isLive, state != .planned else {
            if state == .failed || state == .refunded {
                effects.append(.alarm("\(order.key) was given up, and the supplier says it has it"))
            }
            return effects
        }
        known(now)
        if case .partial(let energy) = report.state {
            part = energy
            if self.energy > .zero, self.energy >= enough(of: energy) { return effects + settlePart(now) }
        }
        if report.state == .delivered { state = .delivered } else if state != .delivered { state = .accepted }
        lookAgain(now)
        return effects + [.readChain]
    }

    /// All that was charged, which may be less than was known before.
    mutating func charge(_ amount: Sun) -> [PurchaseEffect] {
        guard charged != amount, amount >= .zero else { return [] }
        let isFirst = charged == nil
        let difference = amount - (charged ?? .zero)
        charged = amount
        guard difference != .zero else { return [] }
        charges += 1
        return [.charged(difference, number: charges)]
            + (isFirst ? [.learn(.price(quoted: order.quoted, charged: amount))] : [])
    }

    /// The payment is on the chain for good.
    mutating func paid(_ now: Timestamp) -> [PurchaseEffect] {
        guard rules.paysOnChain, payment != .landed, state != .planned else { return [] }
        let wasDead = payment == .dead
        payment = .landed
        var effects = charged == nil || wasDead ? charge(order.quoted) : []
        if wasDead {
            effects.append(.alarm("\(order.key) was paid, after the chain had said that it never will be"))
            if state == .failed {
                state = .disputed
                effects += claim(spent)
            }
        }
        guard state.isLive else { return effects }
        boughtAt = boughtAt ?? now
        if call == nil, nextLookUp == nil { nextLookUp = now }
        return effects
    }

    /// The payment will never be on the chain: nothing is bought, and what was booked for it is taken back.
    mutating func died(_ now: Timestamp) -> [PurchaseEffect] {
        guard rules.paysOnChain, payment == .pending, state != .planned else { return [] }
        payment = .dead
        claimed = .zero
        let corrected = charged == nil ? [] : charge(.zero)
        switch state {
        case .planned, .failed: return corrected
        case .prepared, .unknown, .accepted, .delivered:
            guard energy > .zero else { return corrected + fail("the payment never reached the chain", wasAsked: true) }
            return corrected + [.alarm("\(order.key) is on chain, and was never paid")] + settlePart(now)
        case .proven, .returning, .ended: return corrected + [.alarm("\(order.key) is on chain, and was never paid")]
        case .disputed, .refunded:
            state = .failed
            return corrected + [.alarm("\(order.key) was never paid: nothing is to be had back")]
        }
    }

    /// The supplier says it will not deliver.
    private mutating func supplierGaveUp(refunded isRefunded: Bool, _ now: Timestamp) -> [PurchaseEffect] {
        guard state.isLive, state != .planned else {
            if isRefunded, claimed > .zero { return refundArrived(claimed) }
            guard state == .proven, !isPart else { return [] }
            return [.alarm("\(order.key) is on chain, and the supplier says it failed")]
        }
        guard energy == .zero else { return settlePart(now, refunded: isRefunded) }
        if rules.paysOnChain, payment == .pending, !isRefunded {
            // It may still be paid; then there is something to claim.
            if state == .prepared { state = .unknown }
            lookAgain(now)
            return []
        }
        boughtAt = boughtAt ?? now
        return giveUp("the supplier did not deliver", refunded: isRefunded)
    }

    /// Ends it without energy: failed where nothing was spent, else refunded or claimed.
    private mutating func giveUp(_ why: String, refunded isRefunded: Bool) -> [PurchaseEffect] {
        let amount = spent
        guard amount > .zero || refunded > .zero else { return fail(why, wasAsked: true) }
        reason = why
        nextLookUp = nil
        call = nil
        let booked = charged == nil ? charge(order.quoted) : []
        state = isRefunded || amount == .zero ? .refunded : .disputed
        let settled: [PurchaseEffect] = [.settled(state), .failOver(reason: why)]
        return booked + [.learn(.fill(false))] + (isRefunded ? refundArrived(amount) : claim(amount)) + settled
    }

    private mutating func claim(_ amount: Sun) -> [PurchaseEffect] {
        claimed = amount
        return amount > .zero ? [.claimRefund(amount)] : []
    }

    /// Ends it with nothing bought.
    mutating func fail(_ why: String, wasAsked: Bool = false) -> [PurchaseEffect] {
        state = .failed
        reason = why
        nextLookUp = nil
        call = nil
        return (wasAsked ? [.learn(.fill(false))] : []) + [.settled(.failed), .failOver(reason: why)]
    }

    /// Whatever state it is in: money that is back is booked.
    mutating func refundArrived(_ amount: Sun) -> [PurchaseEffect] {
        guard amount > .zero else { return [] }
        guard state != .planned, let total = refunded.adding(amount) else {
            return [.alarm("\(amount) sun of \(order.key) came back, which cannot be")]
        }
        refunded = total
        refunds += 1
        claimed = (claimed - amount).clamped
        if state == .disputed, spent == .zero { state = .refunded }
        let isTooMuch = total > charged ?? order.quoted
        return [.refunded(amount, number: refunds)]
            + (isTooMuch ? [.alarm("\(total) sun of \(order.key) came back, more than it has cost")] : [])
    }

    mutating func chainShows(_ shown: Energy, at moment: Timestamp, _ now: Timestamp) -> [PurchaseEffect] {
        // What was read before a newer reading came is over.
        if let chainReadAt, moment < chainReadAt { return [] }
        chainReadAt = moment
        switch state {
        case .planned: return []
        case .prepared, .unknown, .accepted, .delivered:
            energy = shown
            if shown >= enough(of: order.energy) { return prove(moment, now) }
            if shown > .zero, let part, shown >= enough(of: part) { return settlePart(now) }
            if shown > .zero, state == .prepared || state == .unknown {
                state = .accepted
                known(now)
                if call == nil { nextLookUp = now }
            }
            return conclude(now)
        case .proven, .returning:
            let isLess = shown < enough(of: energy) && state == .proven
            energy = shown
            guard shown > .zero else { return end(moment) }
            let isEarly = expiresAt.map { moment < $0 - limits.earlySlack } ?? false
            return isLess && isEarly ? [.alarm("\(order.key) shrank to \(shown) energy before its time")] : []
        case .ended: return []
        case .failed, .refunded, .disputed:
            guard shown > .zero, !hasEnergyBeenLate else { return [] }
            hasEnergyBeenLate = true
            return [.lateDelivery(shown)]
        }
    }

    private mutating func prove(_ moment: Timestamp, _ now: Timestamp) -> [PurchaseEffect] {
        let time = moment - (placedAt ?? createdAt)
        boughtAt = boughtAt ?? now
        stand(moment, now)
        return [.proven(energy), .learn(.fill(true)), .learn(.timeToChain(time)), .settled(.proven)]
    }

    /// What there is stays, the rest is given up.
    private mutating func settlePart(_ now: Timestamp, refunded isRefunded: Bool = false) -> [PurchaseEffect] {
        let missing = (order.energy - energy).clamped
        stand(now, now)
        isPart = true
        let worth = scaledUp(order.quoted.rawValue, by: energy.rawValue, over: max(1, order.energy.rawValue)) ?? 0
        let due = (spent - Sun(worth)).clamped
        return [.proven(energy), .missing(missing), .learn(.fill(false)), .settled(.proven)]
            + (isRefunded ? refundArrived(due) : claim(due))
    }

    private mutating func stand(_ moment: Timestamp, _ now: Timestamp) {
        state = .proven
        provenAt = moment
        expiresAt = expiresAt ?? moment + order.duration
        if call?.kind == .place { call = nil }
        lookUps = 0
        nextLookUp = nil
    }

    private mutating func end(_ moment: Timestamp) -> [PurchaseEffect] {
        let wasReturned = state == .returning
        state = .ended
        nextLookUp = nil
        call = nil
        guard !wasReturned, let provenAt, let expiresAt else { return [] }
        let isEarly = moment < expiresAt - limits.earlySlack
        let kept = isEarly ? moment - provenAt : order.duration
        return [.learn(.kept(ordered: order.duration, kept: kept))]
            + (isEarly ? [.alarm("\(order.key) ended at \(moment), paid until \(expiresAt)")] : [])
    }

    mutating func proofLost(_ now: Timestamp) -> [PurchaseEffect] {
        guard state == .proven else { return [] }
        state = .delivered
        energy = .zero
        provenAt = nil
        isPart = false
        // Readings made before the loss show what is lost.
        chainReadAt = max(now, chainReadAt ?? now)
        if payment == .dead { return [.unproven] + fail("the payment never reached the chain", wasAsked: true) }
        acceptedAt = now
        lookUps = 0
        lookAgain(now)
        return [.unproven, .readChain]
    }

    /// The supplier has it.
    mutating func known(_ now: Timestamp) {
        boughtAt = boughtAt ?? now
        acceptedAt = acceptedAt ?? now
    }

    /// When it should be on chain.
    var deliveryLimit: Timestamp? { (acceptedAt ?? boughtAt).map { $0 + limits.deliver } }

    /// Gives up what was bought and is not there, when supplier and chain were asked after the limit.
    mutating func conclude(_ now: Timestamp) -> [PurchaseEffect] {
        guard state.isLive, acceptedAt != nil || call?.kind != .place,
            let since = acceptedAt ?? boughtAt ?? (limits.writeOff == nil ? nil : placedAt)
        else { return [] }
        var limit = since + limits.deliver
        // A claim may take effect as long as a call may last: what was asked sooner proves nothing.
        if acceptedAt == nil, let placeEndedAt { limit = max(limit, placeEndedAt + limits.call) }
        guard let chainReadAt, chainReadAt >= limit else { return [] }
        let isClaimed = acceptedAt != nil || !rules.paysOnChain || lateClaims >= Self.lateClaimLimit
        let isAsked = boughtAt != nil && isClaimed && lookedUpAt.map { $0 >= limit } ?? false
        let isWrittenOff = limits.writeOff.map { now >= since + $0 } ?? false
        guard isAsked && now >= since + limits.abandon || isWrittenOff else { return [] }
        guard energy == .zero else { return settlePart(now) }
        boughtAt = boughtAt ?? since
        let seconds = limits.deliver.wholeMilliseconds / 1000
        return giveUp("no energy on chain \(seconds) s after it was bought", refunded: false)
    }
}
