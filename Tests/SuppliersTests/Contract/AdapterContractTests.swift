internal import Models
internal import Suppliers
internal import Testing

extension SandboxedSupplier {
    static let tronZap = SandboxedSupplier(
        name: "tronzap",
        kind: .tronZap,
        secrets: ["token": "tronzap-sandbox-token", "secret": "tronzap-sandbox-secret"]
    )

    static let catFee = SandboxedSupplier(
        name: "catfee",
        kind: .catFee,
        secrets: ["key": "catfee-sandbox-key", "secret": "catfee-sandbox-secret"]
    )
}

/// Every adapter against its sandbox in a running devnet.
@Suite(.serialized) struct AdapterContractTests {
    @Test(arguments: SupplierContract.allCases) func tronZap(_ contract: SupplierContract) async throws {
        try await contract.hold(for: .tronZap)
    }

    @Test(arguments: SupplierContract.allCases) func catFee(_ contract: SupplierContract) async throws {
        try await contract.hold(for: .catFee)
    }

    @Test(arguments: [SandboxedSupplier.tronZap, .catFee])
    func wrongSecretsAreUnauthorized(_ sandboxed: SandboxedSupplier) async throws {
        var sandboxed = sandboxed
        sandboxed.secrets["secret"] = "another"
        let wrong = sandboxed
        try await SandboxDriver.with(wrong) { driver in
            let demand = try await driver.demand()
            let failure = try await fault { () async throws(SupplierFault) in try await driver.supplier.quote(demand) }
            #expect(failure.code == .unauthorized && failure.stage == .answered, "\(failure)")
        }
    }
}
