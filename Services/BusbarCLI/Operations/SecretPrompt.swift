internal import Glibc
internal import LocalStack
internal import Tron

/// Secrets from a file, or from the terminal without showing them.
enum SecretPrompt {
    /// The first line of a file.
    /// - Parameter kind: what it holds, for the error.
    /// - Throws: ``OperationError`` when there is none.
    static func text(file path: String, of kind: String = "password") throws -> String {
        guard let text = LocalFile.read(path) else {
            throw OperationError("the \(kind) file \(path) cannot be read", hint: "make it with mode 0600")
        }
        let line = text.prefix { !$0.isNewline }
        guard !line.isEmpty else { throw OperationError("the first line of \(path) is empty") }
        return String(line)
    }

    /// The first line of a file, else of the terminal, where it is asked for and not shown, else of standard input.
    /// - Parameter kind: what it is: `address`, `token`.
    static func line(file: String?, of kind: String) throws -> String {
        if let file { return try text(file: file, of: kind) }
        if isatty(STDIN_FILENO) == 1 { return try ask("The \(kind), which is not shown: ", for: kind) }
        guard let line = readLine(), !line.isEmpty else {
            throw OperationError(
                "standard input has no \(kind) on its first line",
                hint: "a secret is never an argument, which others on this machine can read: give a file or a pipe"
            )
        }
        return line
    }

    /// The password of a key file: from a file that only its owner and group may read, or asked for.
    /// - Parameter isNew: asks twice, and refuses short ones.
    static func keyPassword(file: String?, isNew: Bool) throws -> Password {
        if let file {
            do {
                return try Password(file: file)
            } catch {
                throw explaining(error)
            }
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw OperationError("there is no terminal to ask for the password", hint: "name a file: --password-file")
        }
        let first = try ask("Password: ")
        if isNew {
            guard first.utf8.count >= 12 else {
                throw OperationError("a password of a key needs 12 characters at least", hint: "take four random words")
            }
            guard try ask("The same again: ") == first else { throw OperationError("the two passwords differ") }
        }
        return try Password(first)
    }

    private static func explaining(_ failure: Password.Failure) -> OperationError {
        switch failure {
        case .unreadable(let path, let reason): OperationError("the password file \(path) cannot be read: \(reason)")
        case .exposed(let path, let mode):
            OperationError("others may read the password file \(path) (mode \(mode))", hint: "chmod 600 \(path)")
        case .unset(let variable): OperationError("\(variable) is not set")
        case .empty: OperationError("the password is empty")
        }
    }

    private static func ask(_ prompt: String, for kind: String = "password") throws -> String {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw OperationError("the terminal cannot be set up") }
        var quiet = settings
        quiet.c_lflag &= ~tcflag_t(ECHO)
        let text = Array(prompt.utf8)
        write(STDERR_FILENO, text, text.count)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            write(STDERR_FILENO, "\n", 1)
        }
        guard let line = readLine(), !line.isEmpty else { throw OperationError("the \(kind) is empty") }
        return line
    }
}
