internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage

/// Books what has become irreversible, on one replica: settles withdrawals, ends attempts that can never land, and ends
/// withdrawals whose time has passed.
struct SolidityKeeper {
    let service: ServiceHost
    let chain: any ChainGateway
    let registry: RegistryReader
    let sender: AttemptSender
    let policy: AllocationPolicy

    private static let batch = 500
    private static let atOnce = 16

    /// One round.
    func run() async throws {
        let solid = try await chain.solid()
        try await settle(solid)
        try await endAttempts(solid)
        try await endOverdue(solid)
        try await sender.sendAgain(after: .seconds(5))
    }

    private func settle(_ solid: SolidBlock) async throws {
        while true {
            let due = try await service.postgres.withConnection {
                try await SettlementStore.solid(upTo: solid.number, limit: Self.batch, in: $0)
            }
            guard !due.isEmpty else { return }
            let receipts = try await receipts(of: due.map(\.txid), solidAt: solid.number)
            try await changeWithdrawals(due.map(\.key), of: service, registry: registry.snapshot) { set, now in
                for withdrawal in due {
                    guard set.entries[withdrawal.key]?.withdrawal.transfer == withdrawal.txid else { continue }
                    if let receipt = receipts[withdrawal.txid] {
                        let final = Withdrawal.Event.transferFinal(receipt.receipt, succeeded: receipt.succeeded)
                        set.handle(final, for: withdrawal.key, now: now)
                    } else {
                        // Its block is solid and it is not there: it was seen in a block that was replaced.
                        set.handle(.transferLost, for: withdrawal.key, now: now)
                    }
                }
            }
            if due.count < Self.batch { return }
        }
    }

    private func receipts(
        of txids: [TransactionID],
        solidAt block: Int64
    ) async throws -> [TransactionID: (receipt: TransferReceipt, succeeded: Bool)] {
        var receipts: [TransactionID: (receipt: TransferReceipt, succeeded: Bool)] = [:]
        for start in stride(from: 0, to: txids.count, by: Self.atOnce) {
            try await withThrowingTaskGroup(of: (TransactionID, (TransferReceipt, Bool)?).self) { group in
                for txid in txids[start..<min(start + Self.atOnce, txids.count)] {
                    group.addTask {
                        (txid, try await chain.receipt(txid, solidAt: block).map { ($0.receipt, $0.succeeded) })
                    }
                }
                for try await (txid, receipt) in group {
                    if let receipt { receipts[txid] = (receipt.0, receipt.1) }
                }
            }
        }
        return receipts
    }

    private func endAttempts(_ solid: SolidBlock) async throws {
        let open = try await service.postgres.withConnection { try await AcquisitionStore.open(in: $0) }
        var changed: [AcquisitionStore.OpenAttempt] = []
        var dead: [AcquisitionStore.OpenAttempt] = []
        for var attempt in open {
            let isDue = attempt.attempt.block.map { $0 <= solid.number } ?? (solid.time > attempt.attempt.expiration)
            guard isDue else { continue }
            let succeeded = try await chain.receipt(attempt.attempt.txid, solidAt: solid.number)?.succeeded
            let before = attempt.attempt
            let effects = attempt.attempt.handle(
                .solid(block: solid.number, time: solid.time, succeeded: succeeded)
            )
            if attempt.attempt != before { changed.append(attempt) }
            if effects.contains(.replace) { dead.append(attempt) }
        }
        guard !changed.isEmpty else { return }
        let (ended, replaced) = (changed, dead)
        try await service.transaction { work in
            let transaction = work.database
            try await AcquisitionStore.update(ended, now: work.now, in: transaction)
            let failed = try await AcquisitionStore.fail(
                replaced.compactMap(\.acquisition).map {
                    .init(acquisition: $0, reason: "the transaction never took effect")
                },
                now: work.now,
                in: transaction
            )
            for body in failed { try work.publish(AcquisitionFailed(body)) }
            // What has landed for ever is no longer under way, whatever its block's reading showed.
            let proven = try await AcquisitionStore.mark(
                ended.filter { $0.attempt.state == .final }.compactMap(\.acquisition),
                .proven,
                now: work.now,
                in: transaction
            )
            for body in proven { try work.publish(AcquisitionProven(body)) }
            try await PositionStore.takeOverEnergy(at: proven.map(\.wallet), in: transaction)
            try await PositionStore.release(replaced.filter(\.isReclaim).map(\.wallet), in: transaction)
        }
    }

    private func endOverdue(_ solid: SolidBlock) async throws {
        let now = service.clock.now()
        let cleared = solid.time - policy.sendGrace
        let (overdue, unsent) = try await service.postgres.withConnection { connection in
            (
                try await SettlementStore.overdue(at: now, cleared: cleared, limit: Self.batch, in: connection),
                try await SettlementStore.unsent(before: cleared, limit: Self.batch, in: connection)
            )
        }
        guard !overdue.isEmpty || !unsent.isEmpty else { return }
        try await changeWithdrawals(overdue + unsent, of: service, registry: registry.snapshot) { set, now in
            for key in overdue { set.handle(.clock(cleared: cleared), for: key, now: now) }
            for key in unsent { set.handle(.sendTimePassed, for: key, now: now) }
        }
    }
}
