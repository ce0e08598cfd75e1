internal import ChainModel
internal import Models
internal import Tron

enum ContractEndpoints {
    static let all: [String: ReadEndpoint] = [
        "triggerconstantcontract": constantCall, "estimateenergy": estimate, "getcontract": contract,
        "getcontractinfo": info,
    ]

    /// The call a request describes: `data`, or a selector's text and the encoded arguments.
    static func call(_ query: Query) throws(NodeError) -> TriggerSmartContract {
        let selector = query.string("function_selector")
        var data = try query.bytes("data")
        if data.isEmpty, !selector.isEmpty {
            data = Array(Keccak256.hash(selector.utf8).prefix(4)) + (try query.bytes("parameter"))
        }
        return TriggerSmartContract(
            owner: try query.address("owner_address"),
            contractAddress: try query.address("contract_address"),
            callValue: Sun(try query.int("call_value")),
            data: data,
            callTokenValue: try query.int("call_token_value"),
            tokenID: try query.int("token_id")
        )
    }

    @Sendable static func constantCall(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let call = try call(query)
        let outcome: CallOutcome
        do {
            outcome = try view.state.simulate(call)
        } catch {
            return failure(error, query.format)
        }
        var result = Fields()
        result.add("result", .bool(true))
        if outcome.reverted { result.add("message", query.format.text(Array("REVERT opcode executed".utf8))) }
        var fields = Fields()
        fields.add("result", result.json)
        fields.add(unlessZero: "energy_used", outcome.energy)
        fields.add("constant_result", .array([.string(outcome.output.hex)]))
        fields.add(
            unlessEmpty: "logs",
            outcome.logs.map { log in
                [
                    "address": .string(log.address.evmBytes.hex),
                    "topics": .array(log.topics.map { .string($0.bytes.hex) }), "data": .string(log.data.hex),
                ]
            }
        )
        fields.add(unlessZero: "energy_penalty", outcome.penalty)
        fields.add("transaction", transaction(call, view, query, failed: outcome.reverted))
        return fields.json
    }

    private static func transaction(
        _ call: TriggerSmartContract,
        _ view: View,
        _ query: Query,
        failed: Bool
    ) -> JSON {
        let body = Builders.body(.triggerSmartContract(call), view, query)
        let result: JSON = failed ? ["ret": "FAILED"] : [:]
        guard case .object(let members) = query.format.json(body) else { return [:] }
        return .object([.init(key: "ret", value: .array([result]))] + members)
    }

    @Sendable static func estimate(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        do {
            let outcome = try view.state.simulate(try call(query))
            guard !outcome.reverted else {
                let message = query.format.text(Array("REVERT opcode executed".utf8))
                return ["result": ["code": "CONTRACT_EXE_ERROR", "message": message]]
            }
            return ["result": ["result": true], "energy_required": .int(outcome.energy)]
        } catch let error as NodeError {
            throw error
        } catch let error as Rejection {
            return failure(error, query.format)
        } catch {
            throw .argument("\(error)")
        }
    }

    private static func failure(_ error: Rejection, _ format: Format) -> JSON {
        let message = format.text(Array("Contract validate error : \(error.reason)".utf8))
        return ["result": ["code": .string(error.code.name), "message": message]]
    }

    @Sendable static func contract(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let address = try query.address("value")
        if let market = view.state.rentals, market.address == address {
            return RentalABI.contract(market, query.format)
        }
        guard address == view.state.token.address else { return [:] }
        return smartContract(view.state.token, query.format)
    }

    @Sendable static func info(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let token = view.state.token
        let address = try query.address("value")
        if let market = view.state.rentals, market.address == address {
            return [
                "runtimecode": .string(TokenABI.code), "smart_contract": RentalABI.contract(market, query.format),
                "contract_state": [:],
            ]
        }
        guard address == token.address else { return [:] }
        var state = Fields()
        state.add(unlessZero: "energy_usage", token.energyUsedInCycle)
        state.add(unlessZero: "energy_factor", token.energyFactor)
        let interval = view.state.parameters.maintenanceInterval
        state.add("update_cycle", view.state.now.milliseconds / interval)
        return [
            "runtimecode": .string(TokenABI.code), "smart_contract": smartContract(token, query.format),
            "contract_state": state.json,
        ]
    }

    private static func smartContract(_ token: TokenContract, _ format: Format) -> JSON {
        [
            "bytecode": .string(TokenABI.code), "name": "TetherToken", "origin_address": format.address(token.creator),
            "abi": ["entrys": TokenABI.entries], "origin_energy_limit": 10_000_000,
            "consume_user_resource_percent": 100, "contract_address": format.address(token.address),
        ]
    }
}
