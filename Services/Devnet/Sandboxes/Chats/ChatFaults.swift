/// What can be made to go wrong with a chat service.
enum ChatFaultKind: Sendable, Hashable {
    /// It refuses in its own words, by their name.
    case refusal(String, retryAfter: Int)
    /// What stands in front of it answers with this status and a page of HTML.
    case status(Int)
    /// Answers come late.
    case latency(Duration)
    /// No answer for a minute.
    case hang
    /// The message is posted and the connection closes without an answer.
    case dropAnswer
}

/// A fault of a chat service, whom it strikes, how often.
struct ChatFault: Sendable, Hashable {
    var kind: ChatFaultKind
    /// One recipient; `nil` for all.
    var recipient: String?
    /// How many requests it may still strike; `nil` is no limit.
    var count: Int?
    /// How likely it strikes one request.
    var probability = 1.0
}

/// What happens to one request.
struct ChatDisturbance: Sendable {
    var refusal: (name: String, retryAfter: Int)?
    var status: Int?
    var latency: Duration?
    var hangs = false
    var dropsAnswer = false
}

/// The faults of one chat service. Chance comes from a seed, so that a run can be repeated.
struct ChatFaults: Sendable {
    static let limit = 100
    private(set) var all: [ChatFault] = []
    private var generator = SplitMix(state: 1)

    mutating func add(_ fault: ChatFault) { all.append(fault) }

    mutating func clear() { all = [] }

    mutating func reseed(_ seed: UInt64) { generator = SplitMix(state: seed) }

    /// What strikes a request for this recipient.
    mutating func disturbance(for recipient: String?) -> ChatDisturbance {
        var result = ChatDisturbance()
        for index in all.indices where all[index].recipient == nil || all[index].recipient == recipient {
            guard strikes(index) else { continue }
            switch all[index].kind {
            case .refusal(let name, let retryAfter): result.refusal = (name, retryAfter)
            case .status(let status): result.status = status
            case .latency(let duration): result.latency = duration
            case .hang: result.hangs = true
            case .dropAnswer: result.dropsAnswer = true
            }
        }
        all.removeAll { $0.count == 0 }
        return result
    }

    private mutating func strikes(_ index: Int) -> Bool {
        guard Double.random(in: 0..<1, using: &generator) < all[index].probability else { return false }
        guard let count = all[index].count else { return true }
        guard count > 0 else { return false }
        all[index].count = count - 1
        return true
    }
}
