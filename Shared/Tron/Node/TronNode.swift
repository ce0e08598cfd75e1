/// Whatever answers like a TRON full node: one node, several with fail-over (``TronClient``), or a chain in memory.
///
/// All typed calls are extensions over ``answer(to:)``.
public protocol TronNode: Sendable {
    /// The JSON that answers a request. Errors of HTTP and those that the body reports (`Error`, bare text) are thrown.
    func answer(to request: NodeRequest) async throws(NodeError) -> [UInt8]
}
