import Models
import Testing

@Suite struct SupplierIDTests {
    @Test(arguments: ["tronzap", "a", "p_4-2", String(repeating: "x", count: 32)])
    func shortNamesAreTaken(text: String) {
        #expect(SupplierID(text)?.rawValue == text)
        #expect(PartnerID(text)?.rawValue == text)
    }

    @Test(arguments: ["", "TronZap", "a b", "a.b", "é", String(repeating: "x", count: 33)])
    func othersAreRefused(text: String) {
        #expect(SupplierID(text) == nil)
        #expect(PartnerID(text) == nil)
    }

    @Test func anOrderKeyIsMadeOfItsAcquisitionAndNumberAndFitsWhatSuppliersTake() {
        let key = OrderKey(acquisition: UUIDv7(high: 1, low: 2), number: .max)
        #expect(key.description == "00000000-0000-0001-0000-000000000002-2147483647")
        #expect(OrderKey(key.rawValue) == key)
    }
}
