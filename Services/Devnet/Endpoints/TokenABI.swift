/// What `getcontract` says of the token's interface.
enum TokenABI {
    /// Stands for the code, which this node does not run.
    static let code = "6060604052"

    static let entries: JSON = .array([
        function("transfer", ["_to": "address", "_value": "uint256"], returns: "bool"),
        function("transferFrom", ["_from": "address", "_to": "address", "_value": "uint256"], returns: "bool"),
        function("approve", ["_spender": "address", "_value": "uint256"], returns: "bool"),
        function("balanceOf", ["who": "address"], returns: "uint256", view: true),
        function("allowance", ["_owner": "address", "_spender": "address"], returns: "uint256", view: true),
        function("totalSupply", [:], returns: "uint256", view: true),
        function("decimals", [:], returns: "uint8", view: true), function("symbol", [:], returns: "string", view: true),
        function("name", [:], returns: "string", view: true),
        function("basisPointsRate", [:], returns: "uint256", view: true),
        function("isBlackListed", ["_maker": "address"], returns: "bool", view: true),
        event("Transfer", ["from", "to"]), event("Approval", ["owner", "spender"]),
    ])

    private static func function(
        _ name: String,
        _ inputs: KeyValuePairs<String, String>,
        returns: String,
        view: Bool = false
    ) -> JSON {
        var fields = Fields()
        if view { fields.add("constant", .bool(true)) }
        fields.add("name", name)
        fields.add(unlessEmpty: "inputs", inputs.map { ["name": .string($0.key), "type": .string($0.value)] })
        fields.add("outputs", [["type": .string(returns)]])
        fields.add("type", "Function")
        fields.add("stateMutability", view ? "View" : "Nonpayable")
        return fields.json
    }

    private static func event(_ name: String, _ indexed: [String]) -> JSON {
        let inputs = indexed.map { name -> JSON in ["indexed": true, "name": .string(name), "type": "address"] }
        return [
            "name": .string(name), "inputs": .array(inputs + [["name": "value", "type": "uint256"]]), "type": "Event",
        ]
    }
}
