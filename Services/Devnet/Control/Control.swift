internal import ChainModel
internal import Models

/// The control API: what no client of a real network could do.
enum Control {
    typealias Endpoint = @Sendable (Node, JSON) async throws(ControlError) -> JSON

    static let get: [String: Endpoint] = [
        "time": time, "state": StateSummary.answer, "faults": FaultControl.list,
        "prices": PriceControl.list, "rentals": RentalControl.show,
    ]

    static let post: [String: Endpoint] = [
        "fund": fund, "stake": stake, "reward": reward, "permission": permission, "parameters": parameters,
        "propose": propose, "contract": contract, "weight": weight, "time": advance, "mine": mine, "reorg": reorganize,
        "faults": FaultControl.add, "prices": PriceControl.set, "rentals": RentalControl.change,
        "reset": reset,
    ]

    private static func change(
        _ node: Node,
        _ body: @Sendable (inout Blockchain) throws(InterventionError) -> Void
    ) async throws(ControlError) {
        do {
            try await node.change(body)
        } catch {
            throw ControlError(error.description)
        }
    }

    @Sendable private static func fund(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["address", "trx", "usdt"])
        let address = try request.address("address")
        let trx = Sun(try request.millionths("trx") ?? 0)
        let tokens = try request.millionths("usdt") ?? 0
        try await change(node) { chain throws(InterventionError) in try chain.fund(address, trx, tokens: tokens) }
        return try await account(address, node)
    }

    @Sendable private static func stake(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["address", "resource", "trx"])
        let address = try request.address("address")
        let resource = try request.resource()
        guard let amount = try request.millionths("trx") else { throw ControlError("trx is missing") }
        try await change(node) { chain throws(InterventionError) in try chain.stake(address, resource, Sun(amount)) }
        return try await account(address, node)
    }

    @Sendable private static func reward(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["address", "trx"])
        let address = try request.address("address")
        guard let amount = try request.millionths("trx") else { throw ControlError("trx is missing") }
        try await change(node) { chain throws(InterventionError) in try chain.reward(address, Sun(amount)) }
        return try await account(address, node)
    }

    /// Permissions in the nodes' own JSON form, addresses in either form.
    @Sendable private static func permission(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["address", "owner", "actives"])
        let address = try request.address("address")
        var actives: [Permission] = []
        for json in body["actives"]?.array ?? [] { actives.append(try permission(json, .active)) }
        var owner: Permission?
        if let json = body["owner"] { owner = try permission(json, .owner) }
        let (newOwner, newActives) = (owner, actives)
        try await change(node) { chain throws(InterventionError) in
            try chain.setPermissions(of: address, owner: newOwner, actives: newActives)
        }
        return try await account(address, node)
    }

    private static func permission(_ json: JSON, _ kind: Permission.Kind) throws(ControlError) -> Permission {
        let request = try ControlRequest(
            json,
            known: ["type", "id", "permission_name", "threshold", "operations", "keys"]
        )
        var keys: [Permission.Key] = []
        for key in json["keys"]?.array ?? [] {
            let request = try ControlRequest(key, known: ["address", "weight"])
            keys.append(
                Permission.Key(
                    address: try request.address("address"),
                    weight: try request.int("weight", 1...1000, default: 1)
                )
            )
        }
        guard let operations = [UInt8](hex: json["operations"]?.string ?? "") else {
            throw ControlError("operations is not hexadecimal")
        }
        return Permission(
            kind: kind,
            id: 0,
            name: json["permission_name"]?.string ?? kind.name.lowercased(),
            threshold: try request.int("threshold", 1...1_000_000, default: 1),
            operations: operations,
            keys: keys
        )
    }

    @Sendable private static func parameters(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let known = Dictionary(ChainParameters.named.map { ($0.key, $0.path) }, uniquingKeysWith: { first, _ in first })
        let request = try ControlRequest(body, known: known.keys.sorted())
        var values: [(path: any WritableKeyPath<ChainParameters, Int64> & Sendable, value: Int64)] = []
        for (key, path) in known.sorted(by: { $0.key < $1.key }) where request.has(key) {
            values.append((path, try request.int(key, 0...1_000_000_000_000_000)))
        }
        let wanted = values
        try await change(node) { chain throws(InterventionError) in
            var parameters = chain.head.parameters
            for (path, value) in wanted { parameters[keyPath: path] = value }
            try chain.setParameters(parameters)
        }
        return try await read(node, ChainEndpoints.parameters)
    }

    /// `{"parameters":{"11":210},"expires_in_ms":60000}`: number and value, as proposals carry them.
    @Sendable private static func propose(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["parameters", "expires_in_ms"])
        var parameters: [Int64: Int64] = [:]
        for member in body["parameters"]?.members ?? [] {
            guard let number = Int64(member.key), let value = member.value.int, value >= 0 else {
                throw ControlError("parameters must map numbers to whole numbers")
            }
            parameters[number] = value
        }
        let delay = Duration.milliseconds(try request.int("expires_in_ms", 0...31_536_000_000, default: 259_200_000))
        let wanted = parameters
        try await change(node) { chain throws(InterventionError) in
            try chain.propose(wanted, expires: chain.head.now + delay)
        }
        return try await read(node, ChainEndpoints.proposals)
    }

    @Sendable private static func contract(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["energy_factor", "follows_use"])
        let factor = try request.int("energy_factor", 0...1_000_000)
        let follows = try request.bool("follows_use", default: false)
        try await change(node) { chain throws(InterventionError) in
            try chain.setEnergyFactor(factor, followsUse: follows)
        }
        return ["energy_factor": .int(factor), "follows_use": .bool(follows)]
    }

    @Sendable private static func weight(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["resource", "trx"])
        let resource = try request.resource()
        let weight = try request.int("trx", 0...1_000_000_000_000)
        try await change(node) { chain throws(InterventionError) in try chain.setTotalWeight(resource, weight) }
        return ["resource": .string(resource.code), "trx": .int(weight)]
    }

    @Sendable private static func time(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        ["now_ms": .int(await node.now.milliseconds), "offset_ms": .int(await node.offset.wholeMilliseconds)]
    }

    @Sendable private static func advance(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["advance_ms"])
        await node.advance(by: .milliseconds(try request.int("advance_ms", 0...31_536_000_000)))
        return try await time(node, body)
    }

    @Sendable private static func mine(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["blocks"])
        await node.mine(Int(try request.int("blocks", 1...10_000, default: 1)))
        return ["block": .int(await node.inspect { $0.head.number })]
    }

    @Sendable private static func reorganize(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: ["depth", "keep_transactions"])
        let depth = try request.int("depth", 1...Blockchain.confirmations - 1)
        let keep = try request.bool("keep_transactions", default: true)
        let lost = await node.reorganize(depth: Int(depth), keepingTransactions: keep)
        return ["lost_blocks": .int(Int64(lost)), "block": .int(await node.inspect { $0.head.number })]
    }

    @Sendable private static func reset(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        _ = try ControlRequest(body, known: [])
        await node.reset()
        await node.prices.reset()
        node.sink.reset()
        node.chats.reset()
        return ["block": 0]
    }

    private static func account(_ address: TronAddress, _ node: Node) async throws(ControlError) -> JSON {
        try await read(node, AccountEndpoints.account, ["address": .string(address.base58), "visible": true])
    }

    private static func read(
        _ node: Node,
        _ endpoint: ReadEndpoint,
        _ fields: JSON = ["visible": true]
    ) async throws(ControlError) -> JSON {
        do {
            return try await node.read(endpoint, Query(fields), solid: false)
        } catch {
            throw ControlError(error.reason)
        }
    }
}
