internal import ArgumentParser
internal import Glibc

/// `busbar down`
struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End the running stack and wait until nothing of it is left."
    )

    @OptionGroup var location: StackLocation

    func run() async throws {
        let console = Console()
        guard let state = StackState.read(location.layout) else {
            console.line("no local stack runs here")
            return
        }
        let processes = [state.supervisor] + state.parts.compactMap(\.process)
        guard processes.contains(where: \.isRunning) else {
            console.line("no local stack runs here")
            return
        }
        try await console.step("stopping") {
            if state.supervisor.isRunning {
                kill(state.supervisor.pid, SIGTERM)
                if await areGone([state.supervisor], within: .seconds(20)) { return ((), "") }
                kill(state.supervisor.pid, SIGKILL)
            }
            // The supervisor was ended by force; its guardian is ending the rest.
            if await areGone(processes, within: .seconds(8)) { return ((), "") }
            for process in processes where process.isRunning { kill(process.pid, SIGKILL) }
            guard await areGone(processes, within: .seconds(5)) else {
                let left = processes.filter(\.isRunning).map { String($0.pid) }.joined(separator: ", ")
                throw StackError("these processes cannot be ended: \(left)")
            }
            return ((), "by force")
        }
    }

    private func areGone(_ processes: [StackState.Process], within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while processes.contains(where: \.isRunning) {
            guard ContinuousClock.now < deadline else { return false }
            // These are not our children: there is nothing to wait for but their going.
            do { try await Task.sleep(for: .milliseconds(50)) } catch { return false }
        }
        return true
    }
}
