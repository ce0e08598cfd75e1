internal import Suppliers
internal import Testing

extension SandboxedSupplier {
    /// The sandbox is paid at the address of its own pool, which is always the same.
    static let tronNRG = SandboxedSupplier(
        name: "tronnrg",
        kind: .tronNRG,
        options: ["pay_to": "TCxNoa4J6n7KssLbsKYZHvArrjwXFboKUt"]
    )
}

/// TronNRG's adapter, which pays on chain, against its sandbox in a running devnet.
@Suite(.serialized) struct TronNRGContractTests {
    @Test(arguments: SupplierContract.allCases) func tronNRG(_ contract: SupplierContract) async throws {
        try await contract.hold(for: .tronNRG)
    }
}
