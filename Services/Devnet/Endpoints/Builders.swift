internal import ChainModel
internal import Models

/// Endpoints that make an unsigned transaction after checking that it would be valid now.
enum Builders {
    static let all: [String: ReadEndpoint] = [
        "createtransaction": builder(.transfer), "freezebalancev2": builder(.freezeBalanceV2),
        "unfreezebalancev2": builder(.unfreezeBalanceV2), "delegateresource": builder(.delegateResource),
        "undelegateresource": builder(.unDelegateResource),
        "withdrawexpireunfreeze": builder(.withdrawExpireUnfreeze),
        "cancelallunfreezev2": builder(.cancelAllUnfreezeV2), "votewitnessaccount": builder(.voteWitness),
        "withdrawbalance": builder(.withdrawBalance), "accountpermissionupdate": builder(.accountPermissionUpdate),
        "triggersmartcontract": triggerSmartContract,
    ]

    private static func builder(_ type: ContractType) -> ReadEndpoint {
        { (view: View, query: Query) throws(NodeError) -> JSON in
            let body = body(try query.contract(type), view, query, permission: try query.int("Permission_id"))
            do throws(Rejection) {
                try view.state.validate(body)
            } catch {
                throw .validation(error)
            }
            return query.format.json(body)
        }
    }

    @Sendable static func triggerSmartContract(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let call = try ContractEndpoints.call(query)
        var body = body(.triggerSmartContract(call), view, query, permission: try query.int("Permission_id"))
        body.feeLimit = Sun(try query.int("fee_limit"))
        do {
            try view.state.validate(body)
        } catch {
            let message = query.format.text(Array("Contract validate error : \(error.reason)".utf8))
            return ["result": ["code": .string(error.code.name), "message": message]]
        }
        return ["result": ["result": true], "transaction": query.format.json(body)]
    }

    /// A body that refers to the solid block and expires 60 s after the head.
    static func body(_ contract: Contract, _ view: View, _ query: Query, permission: Int64 = 0) -> TransactionBody {
        let solid = view.blockSeen(view.chain.solidNumber) ?? view.block
        let memo = query.string("extra_data")
        return TransactionBody(
            contract: contract,
            referenceBlock: ReferenceBlock(solid.id),
            expiration: view.state.now + .seconds(60),
            timestamp: view.state.now,
            memo: query.format.visible ? Array(memo.utf8) : [UInt8](hex: memo) ?? [],
            permissionID: Int(clamping: permission)
        )
    }
}
