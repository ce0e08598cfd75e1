internal import FoundationEssentials
internal import LocalStack

/// What is known about the parts, kept in the state file as it changes.
actor StackBooks {
    private let layout: StackLayout
    private let console: Console
    private(set) var state: StackState
    private(set) var isStopping = false

    init(_ layout: StackLayout, supervisor: StackState.Process, console: Console) {
        self.layout = layout
        self.console = console
        state = StackState(
            supervisor: supervisor,
            since: Int64(Date().timeIntervalSince1970),
            isLive: false,
            parts: [],
            variables: [:]
        )
    }

    func add(_ part: StackState.Part) { change { $0.parts.append(part) } }

    func setVariables(_ variables: [String: String]) { change { $0.variables = variables } }

    func setLive() { change { $0.isLive = true } }

    func setReady(_ name: String) { change(name) { $0.condition = .ready } }

    func beginStop() {
        isStopping = true
        change { state in
            for index in state.parts.indices { state.parts[index].condition = .stopped }
        }
    }

    func started(_ name: String, pid: Int32) {
        change(name) { part in
            part.process = StackState.Process(pid: pid)
            part.condition = .starting
        }
    }

    /// Notes that a part ended by itself, and tells the person.
    func ended(_ name: String, _ what: String, pause: Duration) {
        guard !isStopping else { return }
        change(name) { part in
            part.process = nil
            part.condition = .restarting
            part.restarts += 1
        }
        guard let part = state.parts.first(where: { $0.name == name }) else { return }
        console.warning("\(name) \(what); starting it again in \(DurationText.text(pause)) (log: \(part.log))")
        for line in LocalFile.tail(part.log, lines: 3) { console.line(console.styled("    " + line, .quiet)) }
    }

    func restarts(of name: String) -> Int { state.parts.first { $0.name == name }?.restarts ?? 0 }

    private func change(_ name: String, _ body: (inout StackState.Part) -> Void) {
        change { state in
            guard let index = state.parts.firstIndex(where: { $0.name == name }) else { return }
            body(&state.parts[index])
        }
    }

    private func change(_ body: (inout StackState) -> Void) {
        body(&state)
        do {
            try state.write(layout)
        } catch {
            // The stack itself works; only `status` and `down` would not find it.
            console.warning("\(error)")
        }
    }
}
