internal import Glibc
internal import Synchronization

/// Where finished lines go. One line is one `write`, so that lines of several threads never mix.
public final class LogOutput: Sendable {
    /// The standard output, where a container runtime collects lines.
    public static let standardOutput = LogOutput(descriptor: STDOUT_FILENO)
    /// The standard error stream, for command-line tools whose output is data.
    public static let standardError = LogOutput(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    private let turn = Mutex(())
    private let capture: (@Sendable (String) -> Void)?

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        capture = nil
    }

    /// Hands each line, without its line feed, to a closure: for tests.
    public init(_ capture: @escaping @Sendable (String) -> Void) {
        descriptor = -1
        self.capture = capture
    }

    /// Whether a person looks at it.
    public var isTerminal: Bool { descriptor >= 0 && isatty(descriptor) == 1 }

    func write(line: String) {
        if let capture { return capture(line) }
        var line = line
        line.append("\n")
        turn.withLock { _ in
            line.withUTF8 { bytes in
                var rest = UnsafeRawBufferPointer(bytes)
                while !rest.isEmpty {
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                    if count > 0 {
                        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                    } else if count < 0, errno != EINTR {
                        return  // A closed pipe must not end the service.
                    }
                }
            }
        }
    }
}
