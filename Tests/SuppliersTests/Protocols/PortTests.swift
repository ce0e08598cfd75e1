internal import Models
internal import Suppliers
internal import Testing

/// Arithmetic of the port, and the transport's limits.
@Suite struct PortTests {
    private let terms = SupplierTerms(
        minimumEnergy: Energy(32_000),
        maximumEnergy: Energy(100_000),
        energyStep: Energy(1000),
        durations: .fixed([.seconds(3600), .seconds(600)]),
        idempotentCreate: true,
        naturalKey: .orderKey,
        lookup: .byKey,
        activatesReceiver: false,
        refundPolicy: .none
    )

    @Test func energyIsSoldInPacks() {
        #expect(terms.sold(for: .zero) == Energy(32_000))
        #expect(terms.sold(for: Energy(32_001)) == Energy(33_000))
        #expect(terms.sold(for: Energy(100_000)) == Energy(100_000))
        #expect(terms.sold(for: Energy(100_001)) == nil)
        #expect(terms.sold(for: Energy(Int64.max)) == nil)
    }

    @Test func theShortestRentalThatSufficesIsTaken() {
        #expect(terms.rental(lasting: .seconds(1)) == .seconds(600))
        #expect(terms.rental(lasting: .seconds(601)) == .seconds(3600))
        #expect(terms.rental(lasting: .seconds(3601)) == nil)
        var any = terms
        any.durations = .any(.seconds(60)...(.seconds(120)))
        #expect(any.rental(lasting: .seconds(1)) == .seconds(60))
        #expect(any.rental(lasting: .seconds(90)) == .seconds(90))
        #expect(any.rental(lasting: .seconds(121)) == nil)
    }

    /// Without throwing, so that transports are closed whatever comes.
    private func failure(of call: HTTPCall, over transport: HTTPTransport) async -> SupplierFault? {
        do throws(SupplierFault) {
            _ = try await transport.answer(to: call)
            return nil
        } catch {
            return error
        }
    }

    @Test func theLimitOfAnAnswerHolds() async throws {
        try await DevnetUnderTest.with { devnet in
            var limits = HTTPTransport.Limits()
            limits.answer = 50
            let transport = HTTPTransport(limits: limits)
            let call = HTTPCall(.get, devnet.url + "/devnet/state", purpose: "test")
            let failure = await failure(of: call, over: transport)
            #expect(failure?.code == .badAnswer && failure?.stage == .answered, "\(failure as Any)")
            await transport.shutdown()
        }
    }

    @Test func aConnectionThatIsNotMadeSendsNothing() async throws {
        try await DevnetUnderTest.with { devnet in
            let transport = HTTPTransport()
            // It speaks no TLS; nor is there such a host.
            for url in [devnet.url.replacing("http:", with: "https:"), "http://nobody.invalid"] {
                let call = HTTPCall(.post, url + "/v1/order", purpose: "test")
                let failure = await failure(of: call, over: transport)
                #expect(failure?.code == .notConnected && failure?.stage == .notSent, "\(url): \(failure as Any)")
            }
            await transport.shutdown()
        }
    }

    @Test func anAddressThatIsNoneIsNotSent() async throws {
        let transport = HTTPTransport()
        let call = HTTPCall(.get, "no address", purpose: "test")
        let failure = await failure(of: call, over: transport)
        #expect(failure?.code == .invalidRequest && failure?.stage == .notSent, "\(failure as Any)")
        await transport.shutdown()
    }
}
