internal import Glibc

/// A program to start: what, with which words, in which surroundings.
public struct Launch: Sendable {
    /// Where a standard stream leads.
    public enum Stream: Sendable {
        /// Nowhere.
        case null
        /// A file: input is read from it, output appended to it.
        case file(String)
        /// An open descriptor of ours.
        case descriptor(Int32)
    }

    /// The program: a path, or a name looked up in `PATH`.
    public var program: String
    /// Its words, without the program's own name.
    public var arguments: [String]
    /// All its variables: nothing is inherited.
    public var environment: [String: String]
    /// The working directory; nil means ours.
    public var directory: String?
    /// Where it reads from; a file is read from its beginning.
    public var input: Stream = .null
    /// Where its standard output goes; a file that is not there is made, for the owner alone.
    public var output: Stream = .null
    /// Where its standard error goes; a file that is not there is made, for the owner alone.
    public var errors: Stream = .null

    /// Describes a program to start.
    public init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = Launch.plainEnvironment,
        directory: String? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }

    /// Both output streams appended to one file.
    public func logging(to path: String) -> Launch {
        var copy = self
        copy.output = .file(path)
        copy.errors = .file(path)
        return copy
    }

    /// `PATH` with the system folders, and messages in English.
    public static var plainEnvironment: [String: String] {
        let own = variable("PATH").map { $0 + ":" } ?? ""
        return ["PATH": own + "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "TERM": "dumb"]
    }

    /// A variable of our own environment, when set and not empty.
    public static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// The variables of our own environment whose names begin with `prefix`.
    public static func variables(prefix: String) -> [String: String] {
        var found: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if line.hasPrefix(prefix), let equals = line.firstIndex(of: "=") {
                found[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
            entry += 1
        }
        return found
    }

    /// Starts the program in a session of its own.
    ///
    /// - Parameter ward: how the ``Guardian`` ends it when this process is gone; nil leaves it alone then.
    /// - Throws: ``LocalStackError`` with code `spawn`.
    public func start(ward: Guardian.Ward? = nil) throws(LocalStackError) -> ChildProcess {
        let isThere = program.contains("/") ? Files.isExecutable(program) : Programs.find(program) != nil
        guard isThere else { throw LocalStackError(.spawn, "there is no program \(program)") }
        guard let ward else { return ChildProcess(pid: try inShell("").spawn(extra: nil)) }
        let guardian = try Guardian.shared.get()
        // The process enters itself before it becomes the program, so no moment is uncovered.
        let pid = try inShell("echo \"add $$ \(ward.signal)\" >&3; exec 3>&-;").spawn(extra: guardian.descriptor)
        return ChildProcess(pid: pid) { guardian.forget(pid) }
    }

    /// The same program, started by a shell that does something first and then becomes it.
    private func inShell(_ first: String) -> Launch {
        guard !first.isEmpty || directory != nil else { return self }
        var copy = self
        copy.program = "/bin/sh"
        copy.arguments = ["-c", first + #"cd "$0" && exec "$@""#, directory ?? ".", program] + arguments
        return copy
    }

    private func spawn(extra: Int32?) throws(LocalStackError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        add(input, as: 0, mode: O_RDONLY, to: &actions)
        add(output, as: 1, mode: O_WRONLY | O_CREAT | O_APPEND, to: &actions)
        add(errors, as: 2, mode: O_WRONLY | O_CREAT | O_APPEND, to: &actions)
        if let extra { posix_spawn_file_actions_adddup2(&actions, extra, 3) }
        // Sockets and pipes that some library left inheritable must not live on in a server.
        for descriptor in Files.entries(of: "/proc/self/fd").compactMap({ Int32($0) })
        where descriptor > (extra == nil ? 2 : 3) {
            let flags = fcntl(descriptor, F_GETFD)
            if flags >= 0, flags & FD_CLOEXEC == 0 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        // POSIX_SPAWN_SETSID, which Glibc's module map leaves out.
        let newSession: Int32 = 0x80
        let flags = newSession | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer {
            for word in words + variables { free(word) }
            words = []
            variables = []
        }
        var pid: Int32 = 0
        let code = posix_spawnp(&pid, program, &actions, &attributes, words, variables)
        guard code == 0 else {
            throw LocalStackError(.spawn, "cannot start \(program): \(describe(errno: code))")
        }
        return pid
    }

    private func add(
        _ stream: Stream,
        as number: Int32,
        mode: Int32,
        to actions: inout posix_spawn_file_actions_t
    ) {
        switch stream {
        case .null:
            posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
        case .file(let path): posix_spawn_file_actions_addopen(&actions, number, path, mode, 0o600)
        case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, number)
        }
    }
}
