internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Synchronization
internal import Telemetry

/// Runs the lives of all purchases, on one replica: stores what happened, then does what follows, and so on.
///
/// Whatever is known is in the database before anything is done about it. A process that ends leaves its calls without an
/// outcome; the next one tells each purchase so (``PurchaseEvent/restarted``) and looks it up.
struct PurchaseKeeper {
    let service: ServiceHost
    let calls: PurchaseCalls
    let desk: SupplierDesk
    /// Rings when there is a new purchase, or the chain has brought something.
    let wakeUp: WakeUp
    /// Rings the follower of the chain, which plans.
    let supplyChanged: WakeUp

    private static let poll: Duration = .seconds(1)
    private static let paymentPause: Duration = .seconds(2)
    private static let returnPause: Duration = .seconds(15)
    /// Calls at a time; what is beyond waits for its turn.
    private static let atOnce = 64

    /// What calls have brought and is not stored yet.
    private final class Mailbox: Sendable {
        private let state = Mutex<[PurchaseNews]>([])

        func put(_ news: [PurchaseNews]) { state.withLock { $0 += news } }

        func take() -> [PurchaseNews] {
            state.withLock { news in
                defer { news = [] }
                return news
            }
        }
    }

    /// Runs until cancelled.
    func run() async throws {
        let mailbox = Mailbox()
        let queue = PurchaseQueue(atOnce: Self.atOnce)
        let left = try await service.postgres.withConnection { try await PurchaseStore.open(in: $0) }
        mailbox.put(left.map { PurchaseNews($0.acquisition, .restarted) })
        // What the chain has signalled may have been noted, and not looked at.
        for wallet in Set(left.map(\.wallet)) { queue.add(.readChain(wallet)) }
        try await withThrowingDiscardingTaskGroup { group in
            var paymentsAt = ContinuousClock.now
            var returnsAt = ContinuousClock.now
            while !Task.isCancelled {
                var news = mailbox.take()
                let looksAtPayments = ContinuousClock.now >= paymentsAt
                news += try await due(payments: looksAtPayments, besides: news, queue)
                if looksAtPayments { paymentsAt = .now + Self.paymentPause }
                if ContinuousClock.now >= returnsAt {
                    news += try await returns()
                    returnsAt = .now + Self.returnPause
                }
                if !news.isEmpty { for action in try await store(news) { queue.add(action) } }
                while let turn = queue.next() {
                    group.addTask { [calls, wakeUp] in
                        let news = await TraceContext.begin { await calls.perform(turn.action, isLate: turn.isLate) }
                        mailbox.put(news)
                        queue.end(turn.action)
                        wakeUp.ring()
                    }
                }
                if news.isEmpty { await wakeUp.wait(atMost: try await pause()) }
            }
            group.cancelAll()
        }
    }

    /// Until something is due, and no longer than a poll.
    private func pause() async throws -> Duration {
        let next = try await service.postgres.withConnection { try await PurchaseStore.nextWake(in: $0) }
        guard let next else { return Self.poll }
        return min(max(next - service.clock.now(), .milliseconds(20)), Self.poll)
    }

    /// What time or the chain asks to look at.
    private func due(
        payments: Bool,
        besides news: [PurchaseNews],
        _ queue: PurchaseQueue
    ) async throws -> [PurchaseNews] {
        let now = service.clock.now()
        let (due, pending) = try await service.postgres.withConnection { connection in
            (
                try await PurchaseStore.due(now: now, in: connection),
                payments ? try await PurchaseStore.awaitingPayment(in: connection) : []
            )
        }
        for payment in pending { queue.add(.followPayment(payment.prepared, payment.acquisition)) }
        let known = Set(news.map(\.acquisition))
        return due.filter { !known.contains($0) }.map { PurchaseNews($0) }
    }

    /// Rentals of ours that nobody uses, and such as would run down.
    private func returns() async throws -> [PurchaseNews] {
        let now = service.clock.now()
        let ids = try await service.postgres.withConnection {
            try await PurchaseStore.toReturn(
                idleSince: now - .seconds(600),
                endingBefore: now + .seconds(600),
                in: $0
            )
        }
        return ids.map { PurchaseNews($0, .returnWanted) }
    }

    private func store(_ news: [PurchaseNews]) async throws -> [PurchaseAction] {
        let wallet = desk.purchasingWallet
        let logger = service.logger
        let result = try await service.transaction { work in
            try await PurchaseTransaction(news: news, purchasingWallet: wallet, work: work, logger: logger).run()
        }
        CrashPoint.hit(.book)
        if result.changesSupply { supplyChanged.ring() }
        return result.actions
    }
}
