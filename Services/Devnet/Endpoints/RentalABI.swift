internal import ChainModel
internal import Models

/// What `getcontract` says of the rental market.
enum RentalABI {
    static func contract(_ market: RentalMarket, _ format: Format) -> JSON {
        [
            "bytecode": .string(TokenABI.code), "name": "EnergyRental",
            "origin_address": format.address(market.creator), "abi": ["entrys": entries],
            "origin_energy_limit": 10_000_000, "consume_user_resource_percent": 100,
            "contract_address": format.address(market.address),
        ]
    }

    private static let entries: JSON = .array(
        RentalMarket.Function.allCases.map(function) + [
            event(
                "RentResource",
                indexed: ["renter", "receiver"],
                [
                    "addedAmount", "resourceType", "addedSecurityDeposit", "amount",
                ]
            ),
            event(
                "ReturnResource",
                indexed: ["renter", "receiver"],
                [
                    "subedAmount", "resourceType", "usageRental", "subedSecurityDeposit", "amount",
                ]
            ),
            event(
                "Liquidate",
                indexed: ["liquidator", "renter", "receiver"],
                [
                    "amount", "resourceType", "usageRental", "liquidateFee", "sendBack",
                ]
            ),
        ]
    )

    /// Name and types stand in the signature.
    private static func function(_ function: RentalMarket.Function) -> JSON {
        let parts = function.signature.dropLast().split(separator: "(", omittingEmptySubsequences: false)
        let types = parts[1].split(separator: ",")
        let count =
            switch function {
            case .rentals: 3
            case .getRentInfo: 2
            case .rentResource: 0
            default: 1
            }
        var fields = Fields()
        if function.isView { fields.add("constant", .bool(true)) }
        if function == .rentResource { fields.add("payable", .bool(true)) }
        fields.add("name", String(parts[0]))
        fields.add(
            unlessEmpty: "inputs",
            types.enumerated().map { ["name": .string("a\($0.offset)"), "type": .string(String($0.element))] }
        )
        fields.add(unlessEmpty: "outputs", [JSON](repeating: ["type": "uint256"], count: count))
        fields.add("type", "Function")
        fields.add(
            "stateMutability",
            function.isView ? "View" : function == .rentResource ? "Payable" : "Nonpayable"
        )
        return fields.json
    }

    private static func event(_ name: String, indexed: [String], _ others: [String]) -> JSON {
        let addresses = indexed.map { name -> JSON in ["indexed": true, "name": .string(name), "type": "address"] }
        let numbers = others.map { name -> JSON in ["name": .string(name), "type": "uint256"] }
        return ["name": .string(name), "inputs": .array(addresses + numbers), "type": "Event"]
    }
}
