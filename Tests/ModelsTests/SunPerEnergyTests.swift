import Models
import Testing

@Suite struct SunPerEnergyTests {
    @Test(arguments: [("37.7", 37_700_000), ("100", 100_000_000), ("0.000001", 1), ("0", 0), ("61.50", 61_500_000)])
    func decimalsAreRead(text: String, raw: Int64) {
        #expect(SunPerEnergy(text)?.rawValue == raw)
    }

    @Test(arguments: ["", ".", ".5", "5.", "1e3", "-1", "+1", "1.2345678", "1.2.3", " 1", "１", "9223372036855"])
    func anythingElseIsRefused(text: String) {
        #expect(SunPerEnergy(text) == nil)
    }

    @Test func whatIsWrittenIsReadAgain() {
        for raw: Int64 in [0, 1, 10, 999_999, 1_000_000, 37_700_000, 61_538_462, 9_223_372_036_854_775] {
            let price = SunPerEnergy(rawValue: raw)
            #expect(SunPerEnergy(price.description) == price)
        }
    }

    @Test func costsRoundUpOnce() throws {
        let price = try #require(SunPerEnergy("37.7"))
        #expect(price.cost(of: Energy(65_000)) == Sun(2_450_500))
        #expect(price.cost(of: Energy(1)) == Sun(38))
        #expect(SunPerEnergy(rawValue: .max).cost(of: Energy(Int64.max)) == nil)
    }

    @Test func aPricePaidCoversWhatWasPaid() throws {
        let price = try #require(SunPerEnergy(paying: Sun(4_000_000), for: Energy(65_000)))
        #expect(price.description == "61.538462")
        #expect(try #require(price.cost(of: Energy(65_000))) >= Sun(4_000_000))
        #expect(SunPerEnergy(paying: Sun(1), for: .zero) == nil)
        #expect(SunPerEnergy(paying: Sun(-1), for: Energy(1)) == nil)
    }
}
