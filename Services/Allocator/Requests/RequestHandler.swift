internal import Messaging
internal import Models
internal import Planning
internal import ServiceKit

/// Handles batches of `withdrawal.request`: admits, then runs a ``RequestBatch`` in the given transaction.
struct RequestHandler {
    let registry: RegistryReader
    let needs: NeedBook
    let prices: PriceReader
    let policy: AllocationPolicy
    /// What was stored without its need, to be simulated after the commit.
    let unresolved: UnresolvedNeeds
    let wakeUp: WakeUp

    func handle(_ deliveries: [Delivery], _ work: UnitOfWork) async throws -> BatchResult {
        var result = BatchResult()
        var items: [RequestBatch.Item] = []
        var traces = WithdrawalTraces()
        let commands = deliveries.map { IncomingCommand($0) }
        let admitted = try await registry.admitting { admission in
            commands.map { admission.admit(request: $0, now: work.now) }
        } isRefused: { results in
            results.contains { !$0.isAdmitted }
        }
        for (position, delivery) in deliveries.enumerated() {
            switch admitted[position] {
            case .admitted(let request):
                let item = RequestBatch.Item(request: request, messageID: delivery.properties.messageID, need: nil)
                traces.add(delivery.trace, of: item.key)
                items.append(item)
            case .rejected(let answer): try work.publish(answer, causedBy: delivery)
            case .parked(let reason): result.park(position, reason)
            }
        }
        let known = needs.needs(for: items.map(\.request.toAddress))
        for index in items.indices { items[index].need = known[index] }

        let batch = RequestBatch(
            items: items,
            registry: registry.snapshot,
            prices: prices.recent(),
            policy: policy,
            now: work.now
        )
        let outcome = try await batch.run(in: work.database)
        for notice in outcome.notices { try work.publish(notice.event, in: traces[notice.event]) }
        for answer in outcome.rejected { try work.publish(answer, in: traces[answer]) }
        work.finish(with: outcome.statements)
        work.afterCommit { [unresolved, wakeUp, traces] in
            unresolved.add(outcome.unknownNeeds.map { .init(key: $0, trace: traces[$0]) })
            if outcome.waiting { wakeUp.ring() }
        }
        return result
    }
}

/// Handles batches of `withdrawal.settle` and `withdrawal.cancel`.
struct CommandHandler {
    let registry: RegistryReader
    let prices: PriceReader

    func settle(_ deliveries: [Delivery], _ work: UnitOfWork) async throws -> BatchResult {
        try await handle(deliveries, work) { admission, command in
            switch admission.admit(settle: command) {
            case .admitted(let settle):
                let what: CommandBatch.Item.Command = settle.txid.map { .sent($0) } ?? .givenUp
                return .item(settle.partnerID, settle.withdrawalID, what, WithdrawalSettle.name.wireName)
            case .rejected(let answer): return .rejected(answer)
            case .parked(let reason): return .parked(reason)
            }
        }
    }

    func cancel(_ deliveries: [Delivery], _ work: UnitOfWork) async throws -> BatchResult {
        try await handle(deliveries, work) { admission, command in
            switch admission.admit(cancel: command) {
            case .admitted(let cancel):
                return .item(cancel.partnerID, cancel.withdrawalID, .cancel, WithdrawalCancel.name.wireName)
            case .rejected(let answer): return .rejected(answer)
            case .parked(let reason): return .parked(reason)
            }
        }
    }

    private enum Decision {
        case item(PartnerID, WithdrawalID, CommandBatch.Item.Command, String)
        case rejected(WithdrawalRejected)
        case parked(String)

        var isAdmitted: Bool {
            if case .item = self { true } else { false }
        }
    }

    private func handle(
        _ deliveries: [Delivery],
        _ work: UnitOfWork,
        _ admit: (Admission, IncomingCommand) -> Decision
    ) async throws -> BatchResult {
        var result = BatchResult()
        var items: [CommandBatch.Item] = []
        var traces = WithdrawalTraces()
        let commands = deliveries.map { IncomingCommand($0) }
        let decisions = try await registry.admitting { admission in
            commands.map { admit(admission, $0) }
        } isRefused: { decisions in
            decisions.contains { !$0.isAdmitted }
        }
        for (position, delivery) in deliveries.enumerated() {
            switch decisions[position] {
            case .item(let partner, let id, let command, let type):
                let key = WithdrawalKey(partner: partner, id: id)
                traces.add(delivery.trace, of: key)
                items.append(
                    .init(
                        key: key,
                        command: command,
                        messageID: delivery.properties.messageID,
                        messageType: type
                    )
                )
            case .rejected(let answer): try work.publish(answer, causedBy: delivery)
            case .parked(let reason): result.park(position, reason)
            }
        }
        guard !items.isEmpty else { return result }
        let batch = CommandBatch(items: items, registry: registry.snapshot, prices: prices.latest, now: work.now)
        let outcome = try await batch.run(in: work.database)
        for notice in outcome.notices { try work.publish(notice.event, in: traces[notice.event]) }
        for answer in outcome.rejected { try work.publish(answer, in: traces[answer]) }
        work.finish(with: outcome.statements)
        return result
    }
}

extension IncomingCommand {
    /// A delivery as admission sees it.
    init(_ delivery: Delivery) {
        self.init(
            type: delivery.properties.type,
            messageID: delivery.properties.messageID,
            sender: delivery.properties.userID,
            body: delivery.body
        )
    }
}

extension AdmissionResult {
    var isAdmitted: Bool {
        if case .admitted = self { true } else { false }
    }
}
