internal import HTTPTypes
internal import Models

/// A chat service that the devnet plays, in the service's own protocol and with its limits.
///
/// It decides what the words are; its ``ChatRoom`` keeps messages, limits and faults.
protocol ChatSandbox: Sendable {
    /// Its part of the path: `/slack/…`.
    var name: String { get }
    var room: ChatRoom { get }
    /// What it can be made to refuse with, by name.
    var refusals: [String: ChatRefusal] { get }

    /// Whom a request is for, so that faults can be aimed; `nil` when it is for nobody.
    func recipient(of request: SandboxRequest) -> String?

    func answer(_ request: SandboxRequest, at moment: ChatMoment) -> ChatAnswer
}

/// What a fault makes a service say, given the seconds that it asks to wait.
typealias ChatRefusal = @Sendable (_ retryAfter: Int) -> ChatAnswer

/// A moment by both clocks: limits follow the machine's, dates follow the chain's.
struct ChatMoment: Sendable {
    var instant: ContinuousClock.Instant
    var time: Timestamp
}

/// What a chat service answers.
struct ChatAnswer: Sendable {
    enum Body: Sendable {
        case json(JSON)
        case text(String)
        case nothing
    }

    var status = 200
    var body: Body
    var headers: [(name: String, value: String)] = []

    init(status: Int = 200, _ body: Body, headers: [(name: String, value: String)] = []) {
        self.status = status
        self.body = body
        self.headers = headers
    }

    var bytes: [UInt8] {
        switch body {
        case .json(let json): json.bytes
        case .text(let text): Array(text.utf8)
        case .nothing: []
        }
    }
}

/// All chat services that the devnet plays. A new one is a line in ``init()``.
struct ChatSandboxes: Sendable {
    let all: [any ChatSandbox] = [SlackSandbox(), DiscordSandbox(), TelegramSandbox()]

    subscript(name: String) -> (any ChatSandbox)? { all.first { $0.name == name } }

    /// The service that a path is for, and the rest of the path.
    func route(_ path: String) -> (sandbox: any ChatSandbox, path: String)? {
        let name = path.dropFirst().prefix { $0 != "/" }
        guard path.hasPrefix("/"), let sandbox = self[String(name)] else { return nil }
        return (sandbox, String(path.dropFirst(name.count + 1)))
    }

    /// Everything as it began.
    func reset() {
        for sandbox in all { sandbox.room.reset() }
    }
}
