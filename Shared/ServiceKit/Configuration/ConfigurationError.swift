/// Why a configuration was refused: every problem at once, so that one start shows all of them.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One thing that is wrong. Secret values are never part of it.
    public enum Problem: Sendable, Hashable, CustomStringConvertible {
        /// A variable or file key with our prefix that no service knows.
        case unknown(name: String, nearest: String?)
        /// No value, and the key is required, or another value asks for it.
        case missing(key: ConfigurationKey)
        /// A value that does not fit its type or range.
        case invalid(key: ConfigurationKey, value: String, reason: String)
        /// A secret that everybody knows, outside the local stack.
        case defaultSecret(key: ConfigurationKey)
        /// The configuration file, or the file of a secret.
        case unreadable(file: String, reason: String)
        /// Both the secret and the file that holds it.
        case ambiguous(key: ConfigurationKey)
        /// A key that only the local stack may use.
        case localOnly(key: ConfigurationKey)

        /// One line for whoever set it: the variable and what to do. Values of secrets are `[redacted]`.
        public var description: String {
            switch self {
            case .unknown(let name, let nearest):
                "\(name) is not known" + (nearest.map { "; did you mean \($0)?" } ?? "")
            case .missing(let key):
                "\(key.variable) is missing: \(key.meaning)"
            case .invalid(let key, let value, let reason):
                "\(key.variable)=\(key.isSecret ? "[redacted]" : value) is not valid: \(reason)"
            case .defaultSecret(let key):
                "\(key.variable) is a default or well-known secret; set another, or BUSBAR_ENVIRONMENT=local"
            case .unreadable(let file, let reason):
                "\(file) cannot be read: \(reason)"
            case .ambiguous(let key):
                "\(key.variable) and \(key.fileVariable) are both set; keep one"
            case .localOnly(let key):
                "\(key.variable) works with BUSBAR_ENVIRONMENT=local only"
            }
        }
    }

    /// Everything that was found, not the first alone.
    public let problems: [Problem]

    /// One problem or many; an error without any is not made.
    public init(problems: [Problem]) { self.problems = problems }

    /// All problems, one a line, as a refused start prints them.
    public var description: String {
        "configuration refused:\n" + problems.map { "  \($0)" }.joined(separator: "\n")
    }
}
