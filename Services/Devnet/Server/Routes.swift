/// Which endpoint answers which path.
enum Routes {
    private static let head: [String: ReadEndpoint] = merge([
        AccountEndpoints.all, DelegationEndpoints.all, BlockEndpoints.all, ChainEndpoints.all, ContractEndpoints.all,
        TransactionEndpoints.all, Builders.all,
    ])

    /// Names that a solidity node does not serve: builders and the pool.
    private static let headOnly = Set(Builders.all.keys).union([
        "gettransactionfrompending", "getpendingsize", "gettransactionlistfrompending", "getsignweight",
    ])

    /// The answer to a request of the node's own API, or `nil` for an unknown path.
    static func answer(_ path: String, _ query: Query, _ node: Node) async throws(NodeError) -> JSON? {
        if let name = rest(of: path, after: "/walletsolidity/") {
            guard !headOnly.contains(name), let endpoint = head[name] else { return nil }
            return try await node.read(endpoint, query, solid: true)
        }
        guard let name = rest(of: path, after: "/wallet/") else { return nil }
        switch name {
        case "broadcasttransaction": return try await Broadcast.transaction(query, to: node)
        case "broadcasthex": return try await Broadcast.hex(query, to: node)
        default:
            guard let endpoint = head[name] else { return nil }
            return try await node.read(endpoint, query, solid: false)
        }
    }

    static func rest(of path: String, after prefix: String) -> String? {
        path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
    }

    private static func merge(_ tables: [[String: ReadEndpoint]]) -> [String: ReadEndpoint] {
        tables.reduce(into: [:]) { all, table in all.merge(table) { first, _ in first } }
    }
}
