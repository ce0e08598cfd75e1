internal import Glibc
internal import Synchronization

/// A small Erlang node that passes administrative calls on to a private broker, in milliseconds instead of the half
/// second that `rabbitmqctl` needs to start.
///
/// Calls come one after the other. It ends with ``close()`` and with this process.
public final class RabbitMQControl: Sendable {
    private let process: ChildProcess
    private let log: String
    private let stream: Mutex<Stream>

    private struct Stream {
        let input: Int32
        let output: Int32
        var buffer: [UInt8] = []
        var open = true
    }

    init(
        installation: RabbitMQInstallation,
        files: RabbitMQFiles,
        environment: [String: String]
    ) throws(LocalStackError) {
        let input = try SocketPair.open()
        let output = try SocketPair.open()
        let name = "control\(getpid())x\(UInt32.random(in: 0...UInt32.max))@localhost"
        var launch = Launch(
            installation.erl,
            [
                "-noshell", "-hidden", "-start_epmd", "false", "+S", "1:1", "-sname", name,
                "-kernel", "inet_dist_use_interface", "{127,0,0,1}", "-eval", Self.program,
            ],
            environment: environment,
            directory: files.path
        )
        launch.input = .descriptor(input.childs)
        launch.output = .descriptor(output.childs)
        launch.errors = .file(files.controlLog)
        log = files.controlLog
        defer {
            Glibc.close(input.childs)
            Glibc.close(output.childs)
        }
        process = try launch.start(ward: .kill)
        stream = Mutex(Stream(input: input.ours, output: output.ours))
    }

    deinit {
        stream.withLock { stream in
            Glibc.close(stream.input)
            Glibc.close(stream.output)
        }
    }

    var isOpen: Bool { process.isRunning && stream.withLock { $0.open } }

    /// Ends the node.
    public func close() {
        stream.withLock { $0.open = false }
        process.signal(SIGKILL)
    }

    /// Makes a vhost and lets `user` do everything in it.
    public func addVhost(_ name: String, for user: String) async throws {
        try await call("rabbit_vhost", "add", [.binary(name), .binary(user)])
        try await setPermissions(of: user, in: name)
    }

    /// Makes a vhost unless there is one of this name; `user` may do everything in it.
    public func makeVhost(_ name: String, for user: String) async throws {
        if try await call("rabbit_vhost", "exists", [.binary(name)]) != "true" { try await addVhost(name, for: user) }
    }

    /// Removes a vhost with all it holds.
    public func deleteVhost(_ name: String, as user: String) async throws {
        try await call("rabbit_vhost", "delete", [.binary(name), .binary(user)])
    }

    /// Makes a user; `tags` are the broker's, like `administrator`.
    public func addUser(_ name: String, password: String, tags: [String] = []) async throws {
        try await call(
            "rabbit_auth_backend_internal",
            "add_user",
            [.binary(name), .binary(password), .binary("busbar")]
        )
        if !tags.isEmpty {
            try await call(
                "rabbit_auth_backend_internal",
                "set_tags",
                [.binary(name), .list(tags.map { .atom($0) }), .binary("busbar")]
            )
        }
    }

    /// Removes a user.
    public func deleteUser(_ name: String) async throws {
        try await call("rabbit_auth_backend_internal", "delete_user", [.binary(name), .binary("busbar")])
    }

    /// Sets which names (regular expressions) a user may configure, write and read in a vhost.
    public func setPermissions(
        of user: String,
        in vhost: String,
        configure: String = ".*",
        write: String = ".*",
        read: String = ".*"
    ) async throws {
        try await call(
            "rabbit_auth_backend_internal",
            "set_permissions",
            [.binary(user), .binary(vhost), .binary(configure), .binary(write), .binary(read), .binary("busbar")]
        )
    }

    /// Calls an Erlang function inside the broker.
    ///
    /// - Returns: its result as Erlang text.
    /// - Throws: ``LocalStackError`` with code `refused` when it failed or returned an error, `timeout` after 30 s.
    @discardableResult
    public func call(_ module: String, _ function: String, _ arguments: [ErlangTerm]) async throws -> String {
        let request = ErlangTerm.tuple([.atom(module), .atom(function), .list(arguments)]).text + ".\n"
        let answer = try await onOwnThread { () throws(LocalStackError) in try self.exchange(request) }
        guard let space = answer.firstIndex(of: " ") else {
            throw LocalStackError(.refused, "\(module):\(function) was answered with \(answer)")
        }
        let result = String(answer[answer.index(after: space)...])
        guard answer[..<space] == "ok" else {
            throw LocalStackError(.refused, "\(module):\(function) failed: \(result)")
        }
        return result
    }

    private func exchange(_ request: String) throws(LocalStackError) -> String {
        // One call at a time, on threads of their own: waiting here holds up nobody else.
        let answer: Result<String, LocalStackError> = stream.withLock { stream in
            Result { () throws(LocalStackError) in
                guard stream.open else { throw LocalStackError(.ended, "the control node was closed") }
                let bytes = Array(request.utf8)
                guard send(stream.input, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                    stream.open = false
                    throw LocalStackError(.ended, "the control node has ended", logTail: Files.tail(log))
                }
                return try readLine(&stream)
            }
        }
        return try answer.get()
    }

    private func readLine(_ stream: inout Stream) throws(LocalStackError) -> String {
        let deadline = ContinuousClock.now + .seconds(40)
        while true {
            if let end = stream.buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { stream.buffer.removeFirst(end + 1) }
                return String(decoding: stream.buffer[..<end], as: UTF8.self)
            }
            var polled = pollfd(fd: stream.output, events: Int16(POLLIN), revents: 0)
            let ready = poll(&polled, 1, milliseconds(ContinuousClock.now.duration(to: deadline)))
            if ready == -1, errno == EINTR { continue }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = ready > 0 ? read(stream.output, &chunk, chunk.count) : 0
            guard count > 0 else {
                // An answer that comes later would be taken for the next one's.
                stream.open = false
                throw LocalStackError(
                    ready == 0 ? .timeout : .ended,
                    "no answer from the control node",
                    logTail: Files.tail(log)
                )
            }
            stream.buffer += chunk[..<count]
        }
    }

    /// Reads calls as terms and answers each with one line. Nothing is evaluated.
    private static let program = #"""
        Node = list_to_atom("\#(RabbitMQFiles.node)"),
        Answer = fun(Kind, Result) -> io:format("~s ~0p~n", [Kind, Result]) end,
        Loop = fun(Loop) ->
            case io:read(standard_io, "") of
                eof -> halt(0);
                {ok, {Module, Function, Arguments}} ->
                    case rpc:call(Node, Module, Function, Arguments, 30000) of
                        {badrpc, Reason} -> Answer("failed", Reason);
                        {error, Reason} -> Answer("failed", Reason);
                        Result -> Answer("ok", Result)
                    end,
                    Loop(Loop);
                Other -> Answer("failed", Other), Loop(Loop)
            end
        end,
        Loop(Loop).
        """#
}
