internal import ArgumentParser
internal import Testing

@testable import BusbarCLI

@Suite struct SupplierParsingTests {
    @Test func settingsAreReadByWhatTheyLookLike() throws {
        let settings = try SupplierParsing.settings([
            "base_url=https://api.tronzap.com/v1", "maximum_energy=5000000", "sandbox=true", "note=a=b", "old=",
            "api_token_env=TRONZAP_TOKEN", "secret_file=/run/secrets/tronzap",
        ])
        #expect(settings["maximum_energy"] == .number(5_000_000))
        #expect(settings["sandbox"] == .flag(true))
        #expect(settings["note"] == .text("a=b"))
        #expect(settings["old"] == .nothing)
        #expect(settings["api_token_env"] == .text("TRONZAP_TOKEN"))
    }

    @Test(arguments: [
        "api_key=abc", "token=abc", "api_token_env=abc def", "secret_file=run/x", "base_url=https://u:p@x.com",
        "base_url=ftp://x", "novalue", "=x", "Big=1", "base_url=https://x.com?key=1",
    ])
    func whatMayHoldASecretIsRefusedAndNotRepeated(text: String) throws {
        let error = #expect(throws: ValidationError.self) { _ = try SupplierParsing.settings([text]) }
        #expect(error?.message.contains("abc") == false)
    }

    @Test(arguments: [
        ["p42"], ["--order", "cheapest"], ["p42", "--house", "--order", "cheapest"], ["p42", "--order", "best"],
        ["p42", "--max-price", "-1"], ["p42", "--max-price", "none"], ["p42", "--reserve", "12.55"],
        ["p42", "--reserve", "101"], ["p42", "--overlap", "true"], ["p42", "--block-limit", "0"],
        ["--house", "--order", "house"],
    ])
    func aPolicyThatMakesNoSenseIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try PartnerPolicySet.parse(arguments) }
    }

    @Test(arguments: [["a", "b"], ["tronzap", "0"], ["tronzap"], ["Tron", "1"]])
    func ranksAreNumbersFromOne(arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try SupplierRank.parse(arguments) }
    }
}
