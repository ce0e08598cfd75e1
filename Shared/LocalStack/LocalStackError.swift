/// What went wrong while starting, using or ending a private server.
public struct LocalStackError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; new kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// What makes two codes equal, and what logs show.
        public let description: String
        private init(_ description: String) { self.description = description }
        /// A program that is needed is not installed; ``LocalStackError/hint`` names the package.
        public static let notInstalled = Code("not installed")
        /// A directory or file could not be made, read or written.
        public static let file = Code("file")
        /// No free port was found, or the one that was asked for is taken.
        public static let port = Code("port")
        /// A process could not be started.
        public static let spawn = Code("spawn")
        /// A server ended before it was ready.
        public static let ended = Code("ended")
        /// A server or command did not get ready or finish in time.
        public static let timeout = Code("timeout")
        /// A command or request was answered with a failure.
        public static let refused = Code("refused")
    }

    /// The kind of failure.
    public let code: Code
    /// What was attempted and what happened.
    public let message: String
    /// What a person can do about it.
    public let hint: String?
    /// The last lines the program wrote, newest last.
    public let logTail: [String]

    /// Makes an error.
    public init(_ code: Code, _ message: String, hint: String? = nil, logTail: [String] = []) {
        self.code = code
        self.message = message
        self.hint = hint
        self.logTail = logTail
    }

    /// Whether the same call may succeed a moment later (a port race, a slow machine).
    public var isRetriable: Bool { code == .port || code == .timeout || code == .ended }

    /// The message; below it, indented, the hint and the program's last lines, the latter behind `|`.
    public var description: String {
        var text = message
        if let hint { text += "\n  " + hint }
        if !logTail.isEmpty { text += "\n" + logTail.map { "  | " + $0 }.joined(separator: "\n") }
        return text
    }
}
