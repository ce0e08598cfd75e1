internal import Models

extension Purchase {
    mutating func start(_ kind: SupplierCall, _ now: Timestamp) -> Int {
        calls += 1
        call = Call(kind: kind, number: calls, startedAt: now)
        return calls
    }

    /// The call of that kind and number, if it is the one that is awaited; it is not any more.
    mutating func finish(_ number: Int, _ kind: SupplierCall) -> Call? {
        guard let awaited = call, awaited.number == number, awaited.kind == kind else { return nil }
        call = nil
        return awaited
    }

    mutating func place(_ now: Timestamp) -> [PurchaseEffect] {
        placements += 1
        placedAt = placedAt ?? now
        nextLookUp = nil
        return [.place(call: start(.place, now))]
    }

    mutating func lookUp(_ now: Timestamp) -> [PurchaseEffect] {
        nextLookUp = nil
        guard rules.isFoundByKey || reference != nil else { return (state.isLive ? place(now) : []) + [.readChain] }
        return [.find(call: start(.find, now)), .readChain]
    }

    /// Plans the next look-up, the later the oftener it was in vain.
    mutating func lookAgain(_ now: Timestamp, atLeast asked: Duration? = nil) {
        guard !state.isFailure else { return }
        let doubled = min(limits.firstPause * (1 << min(lookUps, 10)), limits.longestPause)
        // A supplier may ask for patience, but not for ever: somebody waits.
        let pause = max(doubled, min(asked ?? .zero, limits.longestPause * 2))
        lookUps = min(lookUps + 1, 1000)
        nextLookUp = now + pause
    }

    static let lateClaimLimit = 2

    /// How often a proven purchase is looked up for what it has cost.
    static let priceLookUps = 5

    /// Plans the next look at energy that is there: for its price, then for its end.
    mutating func awaitEnd(_ now: Timestamp) {
        if charged == nil, lookUps < Self.priceLookUps { return lookAgain(now) }
        nextLookUp = expiresAt.map { max($0, now) + limits.longestPause }
    }

    /// How often a supplier is asked whether a claim was paid back, in about a day.
    static let claimLookUpLimit = 30

    /// Plans the next look at a claim. What was paid on chain comes back there, which needs no asking.
    mutating func awaitRefund(_ now: Timestamp) {
        guard !rules.paysOnChain, rules.isFoundByKey || reference != nil, claimed > .zero,
            claimLookUps < Self.claimLookUpLimit
        else { return }
        nextLookUp = now + limits.longestPause * (1 << min(claimLookUps, 8))
    }

    /// Whether an order that was only asked for, because it was too late to buy, stands there as taken just now.
    func isBoughtLate(_ report: PurchaseReport, _ asked: Timestamp) -> Bool {
        !rules.isFoundByKey && placements > 1 && acceptedAt == nil && report.state == .accepted
            && asked - createdAt > limits.placeWithin
    }

    mutating func placementFailed(_ fault: SupplierFault, asked: Timestamp, _ now: Timestamp) -> [PurchaseEffect] {
        guard state == .prepared || state == .unknown else {
            if state.isLive { lookAgain(now, atLeast: fault.retryAfter) }
            return []
        }
        var meaning = FailureMeaning(of: fault, in: .place)
        // An answer does not stop a payment that is on its way to the chain.
        if meaning == .nothingBought, rules.paysOnChain, fault.stage != .notSent { meaning = .ambiguous }
        if meaning == .nothingBought, isAnswerAboutOrder(fault, asked: asked) { doubt = false }
        switch meaning {
        case .nothingBought where !doubt && boughtAt == nil: return fail("\(fault)", wasAsked: fault.stage != .notSent)
        case .nothingBought:
            state = .unknown
            lookAgain(now)
            return []
        case .ambiguous:
            doubt = true
            state = .unknown
            lookAgain(now, atLeast: fault.retryAfter)
            return []
        case .done:
            state = .accepted
            known(now)
            return lookUp(now)
        }
    }

    /// Where placing again is how to ask for an order, a refusal of the repetition says that there was none; but only one
    /// that is about the order, and of a repetition sent when nothing earlier could still be on its way. An empty balance, a
    /// new price or an empty stock may be the first order's own work, and stop a repetition before its key is looked at.
    private func isAnswerAboutOrder(_ fault: SupplierFault, asked: Timestamp) -> Bool {
        guard !rules.isFoundByKey, fault.stage == .answered, let placeEndedAt else { return false }
        let definite: [SupplierFault.Code] = [.refused, .invalidRequest, .notOffered]
        return definite.contains(fault.code) && asked >= placeEndedAt + limits.call
    }

    /// The supplier has never heard of it.
    mutating func absent(asked: Timestamp, _ now: Timestamp) -> [PurchaseEffect] {
        guard state == .prepared || state == .unknown else {
            if state.isLive { lookAgain(now) }
            return []
        }
        let mayPlace = now - createdAt <= limits.placeWithin && placements < limits.placements
        switch rules.absence {
        case .oncePaymentIsDead:
            if let limit = deliveryLimit, now >= limit {
                // What is paid is claimed twice more, then the money is wanted back.
                guard lateClaims < Self.lateClaimLimit else {
                    lookAgain(now)
                    return []
                }
                lateClaims += 1
            }
            // The same payment and claim once more: they count once, however often they are sent.
            guard let placeEndedAt, now - placeEndedAt < limits.firstPause * 3 else { return place(now) }
            nextLookUp = placeEndedAt + limits.firstPause * 3
            return []
        case .after(let patience):
            let final = placeEndedAt.map { $0 + patience } ?? now
            if asked >= final {
                doubt = false
                return mayPlace ? place(now) : fail(reason ?? "the supplier does not know the order", wasAsked: true)
            }
            if rules.isRepeatable, mayPlace { return place(now) }
            nextLookUp = final
            return []
        }
    }

    mutating func restarted(_ now: Timestamp) -> [PurchaseEffect] {
        let lost = call
        call = nil
        switch state {
        case .planned: return lost == nil ? [] : [.prepare(call: start(.prepare, now))]
        case .prepared, .unknown:
            if lost?.kind == .place {
                doubt = true
                placeEndedAt = now
            }
            state = .unknown
            return lookUp(now)
        case .accepted, .delivered: return lookUp(now)
        case .returning: return [.giveBack]
        case .proven:
            if lost != nil { nextLookUp = now }
            return review(now)
        case .ended, .failed, .refunded, .disputed: return []
        }
    }

    /// Gives up calls that take too long, looks up what is due, and concludes what has waited long enough.
    mutating func review(_ now: Timestamp) -> [PurchaseEffect] {
        if let awaited = call, now - awaited.startedAt >= limits.call {
            call = nil
            switch awaited.kind {
            case .prepare: return fail("preparing took too long")
            case .place:
                placeEndedAt = now
                doubt = true
                if state == .prepared { state = .unknown }
                if state.isLive { lookAgain(now) }
            case .find, .quote, .balance, .giveBack: lookAgain(now)
            }
        }
        let conclusion = conclude(now)
        guard conclusion.isEmpty, call == nil, let due = nextLookUp, now >= due else { return conclusion }
        switch state {
        case .prepared, .unknown, .accepted, .delivered: return lookUp(now)
        case .proven:
            if charged == nil, lookUps < Self.priceLookUps { return lookUp(now) }
            // What it has cost is not to be learned: the books go by the quote until it is.
            let assumed = charged == nil && !rules.paysOnChain ? charge(order.quoted) : []
            awaitEnd(now)
            return assumed + (expiresAt.map { now >= $0 } ?? false ? [.readChain] : [])
        case .returning:
            nextLookUp = now + limits.longestPause
            return [.giveBack, .readChain]
        case .disputed:
            claimLookUps += 1
            return lookUp(now)
        case .planned, .ended, .failed, .refunded:
            nextLookUp = nil
            return []
        }
    }
}
