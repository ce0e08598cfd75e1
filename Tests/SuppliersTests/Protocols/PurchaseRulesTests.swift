internal import Models
internal import Planning
internal import Suppliers
internal import Testing
internal import Tron

/// The rules that purchases are tested with are those that follow from what the adapters say of their suppliers.
@Suite struct PurchaseRulesTests {
    private func rules(_ kind: SupplierKind, secrets: [String: String] = [:]) throws -> PurchaseRules {
        let key = PrivateKey.random()
        let signing = SigningRules.purchasing(from: key.address, payees: [], for: .any, maximumAmount: .trx)
        let terms = try SupplierRegistry.all.make(
            SupplierSettings(
                id: try #require(SupplierID(kind.rawValue)),
                kind: kind,
                secrets: secrets.compactMapValues { SupplierSecret($0) }
            ),
            SupplierSurroundings(
                transport: ScriptedTransport(),
                clock: FixedClock(),
                node: NoNode(),
                wallet: PurchasingWallet(key: key, rules: signing)
            )
        ).terms
        return PurchaseRules(
            paysOnChain: terms.paysOnChain,
            idempotentCreate: terms.idempotentCreate,
            isFoundByKey: terms.lookup == .byKey,
            lookupDelay: terms.lookupDelay,
            givesBack: terms.givesBack
        )
    }

    @Test func theRulesAreTheAdaptersTerms() throws {
        #expect(try rules(.tronZap, secrets: ["token": "t", "secret": "s"]) == .lookUpOnly)
        #expect(try rules(.catFee, secrets: ["key": "k", "secret": "s"]) == .askedByRepeating)
        #expect(try rules(.tronNRG) == .paidOnChain)
        #expect(try rules(.justLend) == .rentedOnChain)
    }

    @Test func optionsThatAreNotKnownAreRefused() throws {
        for kind in [SupplierKind.tronNRG, .justLend] {
            let settings = SupplierSettings(
                id: try #require(SupplierID(kind.rawValue)),
                kind: kind,
                options: ["payto": "T"]
            )
            let surroundings = SupplierSurroundings(transport: ScriptedTransport(), clock: FixedClock())
            #expect(throws: SupplierSettingsError("supplier \(kind): unknown option payto")) {
                try SupplierRegistry.all.make(settings, surroundings)
            }
        }
    }
}

private struct NoNode: TronNode {
    func answer(to request: NodeRequest) async throws(NodeError) -> [UInt8] { [] }
}
