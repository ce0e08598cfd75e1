internal import Glibc

/// A password for a key file, from a file or the environment, never from a command line. Overwritten when no longer used;
/// no text of it exists.
public struct Password: Sendable {
    let secret: SecretBytes

    /// Why there is no password.
    public enum Failure: Error, Sendable, Equatable {
        /// The file cannot be read; `reason` is the system's.
        case unreadable(path: String, reason: String)
        /// Others on the machine may read the file.
        case exposed(path: String, mode: String)
        /// No such variable in the environment.
        case unset(variable: String)
        /// Nothing in it.
        case empty
    }

    /// The bytes given.
    public init(_ text: String) throws(Failure) {
        guard !text.isEmpty else { throw .empty }
        secret = SecretBytes(copying: Array(text.utf8))
    }

    /// The first line of a file that only its owner and group may read.
    public init(file path: String) throws(Failure) {
        let file: PrivateFile
        do {
            file = try PrivateFile(reading: path, forbidden: 0o007, limit: 4096)
        } catch {
            switch error {
            case .system(let reason): throw .unreadable(path: path, reason: reason)
            case .mode(let mode): throw .exposed(path: path, mode: mode)
            case .tooLarge: throw .unreadable(path: path, reason: "larger than 4096 bytes")
            }
        }
        let line = file.bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard !line.isEmpty else { throw .empty }
        secret = SecretBytes(copying: line)
    }

    /// The value of an environment variable.
    public init(environment variable: String) throws(Failure) {
        guard let value = getenv(variable) else { throw .unset(variable: variable) }
        try self.init(String(cString: value))
    }
}

extension Password: CustomStringConvertible, CustomReflectable {
    /// Never the password.
    public var description: String { "password" }
    /// Nothing to see.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
