internal import ChainModel
internal import FoundationEssentials
internal import Logging
internal import Messaging
internal import Models
internal import ServiceKit
internal import Tron

/// One partner's withdrawal system: asks for withdrawals as the plan says, sends each when it is told ready, and reports it.
struct DemoUpstream: Sendable {
    let partner: DemoWorld.Partner
    let world: DemoWorld
    let orders: [DemoPlan.Order]
    let ledger: DemoLedger
    let messaging: MessagingClient
    let chain: TronClient
    let token: TronAddress
    let clock: any WallClock
    let codec: MessageCodec

    /// A withdrawal that may be sent now.
    private struct Transfer: Sendable {
        var id: WithdrawalID
        var feeLimit: Sun
        var method: AllocationMethod
    }

    /// Runs until every withdrawal of this partner has ended.
    func run() async throws {
        let (transfers, sending) = AsyncStream.makeStream(of: Transfer.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ask() }
            group.addTask { try await send(transfers) }
            try await listen(sending)
            sending.finish()
            try await group.waitForAll()
        }
    }

    /// Publishes the requests at their times, those of one moment together.
    private func ask() async throws {
        let start = ContinuousClock.now
        var next = 0
        while next < orders.count {
            let elapsed = ContinuousClock.now - start
            let due = orders[next...].prefix { $0.delay <= elapsed }
            guard !due.isEmpty else {
                try await Task.sleep(for: orders[next].delay - elapsed)
                continue
            }
            next += due.count
            let messages = try due.map { try outgoing(request(for: $0)) }
            for order in due { ledger.update(order.id) { $0.requestedAt = .now } }
            try await publish(messages)
        }
    }

    private func request(for order: DemoPlan.Order) -> WithdrawalRequest {
        WithdrawalRequest(
            withdrawalID: order.id,
            partnerID: partner.id,
            fromAddress: world.wallets[order.wallet].address,
            toAddress: world.recipients[order.recipient],
            amount: order.amount,
            urgency: order.urgency
        )
    }

    /// Takes the partner's events until every withdrawal has ended.
    private func listen(_ sending: AsyncStream<Transfer>.Continuation) async throws {
        var open = Set(orders.map(\.id))
        guard !open.isEmpty else { return }
        let batches = messaging.deliveries(from: Topology.eventsQueue(of: partner.id), prefetch: 500, batch: 200)
        for await batch in batches {
            for delivery in batch {
                if let transfer = try take(delivery, &open) { sending.yield(transfer) }
            }
            batch.acknowledge()
            if open.isEmpty { return }
        }
    }

    private func take(_ delivery: Delivery, _ open: inout Set<WithdrawalID>) throws -> Transfer? {
        let data = Data(delivery.body)
        let decoder = JSONDecoder()
        if let id = delivery.properties.messageID, delivery.properties.type?.hasPrefix("withdrawal.") == true {
            ledger.hear(id, by: partner.id)
        }
        switch delivery.properties.type {
        case WithdrawalReady.name.wireName:
            let ready = try decoder.decode(WithdrawalReady.self, from: data)
            let isNews = ledger.take(ready.withdrawalID, sequence: ready.sequence) { course in
                course.readyAt = course.readyAt ?? .now
                course.promised = ready.energyAvailable
                course.maySend = true
            }
            return isNews
                ? Transfer(id: ready.withdrawalID, feeLimit: ready.feeLimit, method: ready.method) : nil
        case WithdrawalRevoked.name.wireName:
            let revoked = try decoder.decode(WithdrawalRevoked.self, from: data)
            _ = ledger.take(revoked.withdrawalID, sequence: revoked.sequence) { course in
                course.revocations += 1
                course.maySend = false
            }
        case WithdrawalSettled.name.wireName:
            let settled = try decoder.decode(WithdrawalSettled.self, from: data)
            if end(settled.withdrawalID, settled.sequence, "settled", settled) { open.remove(settled.withdrawalID) }
        case WithdrawalFailed.name.wireName:
            let failed = try decoder.decode(WithdrawalFailed.self, from: data)
            if end(failed.withdrawalID, failed.sequence, "failed (\(failed.reason.rawValue))") {
                open.remove(failed.withdrawalID)
            }
        case WithdrawalExpired.name.wireName:
            let expired = try decoder.decode(WithdrawalExpired.self, from: data)
            if end(expired.withdrawalID, expired.sequence, "expired") { open.remove(expired.withdrawalID) }
        case WithdrawalRejected.name.wireName:
            let rejected = try decoder.decode(WithdrawalRejected.self, from: data)
            guard let id = rejected.withdrawalID.flatMap({ WithdrawalID($0) }), ledger[id]?.outcome == nil else {
                break
            }
            ledger.update(id) { course in
                course.outcome = "rejected (\(rejected.reason.rawValue))"
                course.endedAt = .now
            }
            open.remove(id)
        default: break
        }
        return nil
    }

    /// Notes an outcome.
    /// - Returns: whether it is news.
    private func end(
        _ id: WithdrawalID,
        _ sequence: Int,
        _ outcome: String,
        _ settled: WithdrawalSettled? = nil
    ) -> Bool {
        ledger.take(id, sequence: sequence) { course in
            course.outcome = outcome
            course.settled = settled
            course.endedAt = .now
        }
    }

    /// Sends what is ready, one after another as a wallet does, and reports what was sent.
    private func send(_ transfers: AsyncStream<Transfer>) async throws {
        for await transfer in transfers {
            // What was sent is never sent again, whatever the events say: it would be a second payment.
            guard let course = ledger[transfer.id], course.maySend, course.txid == nil else { continue }
            let signed = try await sign(course.order, feeLimit: transfer.feeLimit)
            ledger.update(transfer.id) { course in
                course.txid = signed.id
                course.method = transfer.method
            }
            var outcome = await chain.broadcast(signed)
            while case .retrySameBytes = outcome {
                try await Task.sleep(for: .milliseconds(200))
                outcome = await chain.broadcast(signed)
            }
            if case .definitelyRejected(let rejection) = outcome {
                throw StackError("the chain refused the transfer of \(transfer.id): \(rejection)")
            }
            ledger.update(transfer.id) { $0.sentAt = .now }
            let settle = WithdrawalSettle(withdrawalID: transfer.id, partnerID: partner.id, txid: signed.id)
            try await publish([try outgoing(settle)])
        }
    }

    private func sign(_ order: DemoPlan.Order, feeLimit: Sun) async throws -> SignedTransaction {
        let wallet = world.wallets[order.wallet]
        let builder = TransactionBuilder(reference: try await chain.referenceBlock(), time: clock.now())
        let body = builder.transfer(
            order.amount,
            of: token,
            from: wallet.address,
            to: world.recipients[order.recipient],
            feeLimit: feeLimit
        )
        return try Signer(
            key: wallet.key,
            rules: SigningRules(
                contracts: [.triggerSmartContract],
                owners: [wallet.address],
                destinations: .any,
                maximumAmount: .zero,
                permissionID: 0,
                tokens: [token: order.amount],
                maximumFeeLimit: feeLimit
            )
        ).sign(body)
    }

    private func outgoing(_ message: some Message) throws -> OutgoingMessage {
        var outgoing = try codec.outgoing(message)
        // The broker verifies it against the connection.
        outgoing.properties.userID = partner.user
        return outgoing
    }

    private func publish(_ messages: [OutgoingMessage]) async throws {
        let outcomes = try await messaging.publish(messages)
        guard outcomes.allSatisfy(\.isConfirmed) else {
            throw StackError(
                "the broker did not take a command: \(outcomes.first { !$0.isConfirmed }.map { "\($0)" } ?? "")"
            )
        }
    }
}
