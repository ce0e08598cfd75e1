internal import ChainModel
internal import Models
internal import Planning
internal import Storage
internal import Tron

/// Answers what something would cost now. Reads alone.
struct QuoteDesk: Sendable {
    let operations: Operations

    /// What a transfer may take from `ready` on, and how long it is looked for: the allocator's defaults. A rental that ends
    /// before is no offer.
    private static let sendWindow = Duration.seconds(300)
    private static let grace = Duration.seconds(60)

    /// The answer. Where nothing serves it or a price is missing, it has no cost and says why.
    /// - Throws: ``OperationError`` when it can never have one: an unknown partner, a call that reverts.
    func report(on inquiry: QuoteInquiry) async throws -> QuoteReport {
        let now = operations.clock.now()
        let facts = try await operations.withPostgres { client in
            guard let view = try await QuoteView.read(inquiry.partner, inquiry.from, in: client) else {
                throw OperationError(
                    "there is no partner \(inquiry.partner)",
                    hint: "busbar partner list shows them, add makes one"
                )
            }
            try Self.require(view, inquiry)
            let policies = try await RegistryView.policies(in: client)
            return QuoteFacts(
                view: view,
                policy: policies.first { $0.partner == inquiry.partner.rawValue }?.policy ?? SourcePolicy(),
                suppliers: try await RegistryView.suppliers(in: client),
                prices: try await PriceView.current(at: now, in: client).energy
            )
        }
        let reading = try await operations.withNodes { nodes, token in
            try await QuoteReading.read(inquiry, facts.view, nodes, token)
        }
        let pricing = QuotePricing(
            inquiry: inquiry,
            facts: facts,
            reading: reading,
            now: now,
            sendWindow: Self.sendWindow,
            grace: Self.grace
        )
        do {
            return try pricing.report()
        } catch {
            throw OperationError("this cannot be priced: \(error)")
        }
    }

    private static func require(_ view: QuoteView, _ inquiry: QuoteInquiry) throws {
        let (partner, from) = (inquiry.partner, inquiry.from)
        guard let wallet = view.wallet, wallet.partner == partner.rawValue else {
            throw OperationError(
                "\(from) is not a hot wallet of partner \(partner)",
                hint: "busbar wallet list --partner \(partner) shows them, add registers one"
            )
        }
        guard !wallet.disabled else { throw OperationError("the hot wallet \(from) is disabled") }
        guard !view.isPaused else {
            throw OperationError(
                "partner \(partner) is paused: it gets nothing new",
                hint: "busbar partner resume \(partner)"
            )
        }
    }
}

/// What the database says about an inquiry.
struct QuoteFacts: Sendable {
    var view: QuoteView
    var policy: SourcePolicy
    var suppliers: [RegistryView.Supplier]
    var prices: [PriceReport.Energy]
}
