internal import FoundationEssentials
internal import Glibc
internal import LocalStack
internal import TestSupport

/// What a running `busbar up` writes down about itself: the same JSON as `busbar up --json` and `busbar status --json`.
struct StackFile: Decodable, Sendable {
    struct Process: Decodable, Sendable, Hashable {
        var pid: Int32
        var startTime: UInt64
    }

    struct Part: Decodable, Sendable {
        var name: String
        var process: Process?
        var port: Int
        var health: String?
        var condition: String
        var restarts: Int
        var log: String
    }

    var isLive: Bool
    var parts: [Part]
    var variables: [String: String]
}

extension StackUnderTest {
    /// The parts as they are now; nil before the first of them.
    var state: StackFile? {
        LocalFile.read(directory + "/stack.json").flatMap {
            try? JSONDecoder().decode(StackFile.self, from: Data($0.utf8))
        }
    }

    /// The variables that `busbar env` prints.
    func variables() throws -> [String: String] {
        guard let state else { throw EndToEndError("the stack has written no state") }
        return state.variables
    }

    func variable(_ name: String) throws -> String {
        guard let value = try variables()[name] else { throw EndToEndError("the stack has no variable \(name)") }
        return value
    }

    /// The names of the allocator's replicas.
    var allocators: [String] {
        (state?.parts ?? []).map(\.name).filter { $0.hasPrefix("allocator") }
    }

    func part(_ name: String) throws -> StackFile.Part {
        guard let part = state?.parts.first(where: { $0.name == name }) else {
            throw EndToEndError("the stack has no part \(name)")
        }
        return part
    }

    /// Kills a part as power loss would. Its supervisor starts it again.
    /// - Returns: false when it was not running just then.
    @discardableResult
    func kill(_ name: String) throws -> Bool {
        guard let process = try part(name).process, ProcessTree.startTime(of: process.pid) == process.startTime else {
            return false
        }
        return Glibc.kill(process.pid, SIGKILL) == 0
    }

    /// Waits until a part runs as another process than before and is ready.
    func waitUntilBack(_ name: String, notAs pid: Int32?, limit: Duration = .seconds(60)) async throws {
        let deadline = ContinuousClock.now + .patient(limit)
        while true {
            let part = try part(name)
            if let process = part.process, process.pid != pid,
                ProcessTree.startTime(of: process.pid) == process.startTime, await part.isReady()
            {
                return
            }
            guard ContinuousClock.now < deadline else { throw EndToEndError("\(name) did not come back in \(limit)") }
            // Nothing tells when a server begins to answer.
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

extension StackFile.Part {
    /// Whether it says of itself that it is ready.
    func isReady() async -> Bool {
        guard let health else { return condition == "ready" }
        return await LoopbackHTTP.get(port: port, path: health)?.status == 200
    }
}
