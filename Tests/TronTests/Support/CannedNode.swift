import Synchronization
import Tron

/// Answers each path with a text written in the test, and remembers what it was asked.
final class CannedNode: TronNode {
    private let answers: [String: String]
    private let asked = Mutex<[NodeRequest]>([])

    init(_ answers: [String: String]) { self.answers = answers }

    var requests: [NodeRequest] { asked.withLock { $0 } }

    func answer(to request: NodeRequest) async throws(NodeError) -> [UInt8] {
        asked.withLock { $0.append(request) }
        return Array((answers[request.path] ?? "{}").utf8)
    }
}
