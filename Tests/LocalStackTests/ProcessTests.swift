import Glibc
import LocalStack
import TestSupport
import Testing

@Suite struct ProcessTests {
    @Test func aCommandIsFedAndItsStreamsAreKeptApart() async throws {
        let result = try await Launch("/bin/sh", ["-c", "cat; echo wrong >&2; exit 3"]).run(feeding: "given")
        #expect(result.output == "given")
        #expect(result.errors == "wrong\n")
        #expect(result.end == .exited(3))
    }

    @Test func aMebibyteGoesThroughWithoutStalling() async throws {
        let text = String(repeating: "0123456789abcdef", count: 65_536)
        let result = try await Launch("/bin/cat").run(feeding: text)
        #expect(result.output == text)
    }

    @Test func aCommandThatHangsIsEnded() async throws {
        let start = ContinuousClock.now
        let error = await #expect(throws: LocalStackError.self) {
            try await Launch("/bin/sh", ["-c", "sleep 100 & wait"]).run(limit: .milliseconds(200))
        }
        #expect(error?.code == .timeout)
        // Far below what the command itself would take, far above what a busy machine adds.
        #expect(start.duration(to: .now) < .patient(.seconds(80)))
    }

    @Test func aProgramThatIsNotThereIsNamed() async throws {
        await #expect(throws: LocalStackError.self) { try await Launch("/no/such/program").run() }
    }

    @Test func nothingOfOurEnvironmentLeaks() async throws {
        // What the shell sets that starts the program.
        let given = Set(Launch.plainEnvironment.keys).union(["PWD", "OLDPWD", "SHLVL", "_"])
        let result = try await Launch("/usr/bin/env").run()
        let found = Set(
            result.output.split(separator: "\n").compactMap { $0.split(separator: "=").first.map(String.init) }
        )
        #expect(found.isSubset(of: given))
        let own = Launch.variables(prefix: "").filter { !given.contains($0.key) && !$0.value.isEmpty }
        // Nothing is set here: other threads read the environment.
        let (name, value) = try #require(own.first, "without variables of our own there is nothing that could leak")
        #expect(Launch.variables(prefix: name)[name] == value)
        #expect(Launch.variable(name) == value)
    }

    @Test func aStubbornProcessIsEndedByForce() async throws {
        let folder = try ServerDirectory.temporary().path
        let script = #"trap '' TERM; : >"$0/deaf"; while :; do sleep 1; done"#
        let process = try Launch("/bin/sh", ["-c", script, folder]).start(ward: .kill)
        while access(folder + "/deaf", F_OK) != 0, process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        let end = await process.stop(grace: .milliseconds(300))
        #expect(end == .signalled(SIGKILL))
        #expect(!process.isRunning)
    }

    @Test func waitingEndsWithTheTaskThatWaits() async throws {
        let process = try Launch("/bin/sleep", ["100"]).start(ward: .kill)
        let waiting = Task { try await process.waitForEnd() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(process.isRunning)
        let end = await process.stop(grace: .seconds(5))
        #expect(end == .signalled(SIGTERM))
    }

    @Test func ourSocketsAreNotInherited() async throws {
        // Without close-on-exec, as some libraries open theirs.
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        let result = try await Launch("/bin/ls", ["/proc/self/fd"]).run()
        #expect(!result.output.split(separator: "\n").contains("\(descriptor)"))
    }

    @Test func freePortsAreFreeAndTakenOnesAreNot() throws {
        let port = try FreePort.find()
        #expect(FreePort.isFree(port))
        #expect(!FreePort.isOpen(port))
        #expect((20_000..<30_000).contains(port), "outside the range of outgoing connections")
        #expect(try FreePort.find(preferring: port) == port)
    }
}
