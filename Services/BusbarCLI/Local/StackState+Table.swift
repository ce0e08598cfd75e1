internal import LocalStack

extension StackState {
    /// The parts as people read them.
    func table() -> Table {
        var table = Table("service", "pid", "port", "state", "restarts")
        for part in parts {
            let pid = part.process.map { String($0.pid) } ?? "-"
            table.add(part.name, pid, String(part.port), part.condition.rawValue, String(part.restarts))
        }
        return table
    }

    /// The state as it is now: processes that have gone, and health checks asked.
    func refreshed() async -> StackState {
        var copy = self
        for index in copy.parts.indices {
            let part = copy.parts[index]
            guard let process = part.process, process.isRunning else {
                if part.condition != .restarting { copy.parts[index].condition = .stopped }
                continue
            }
            if let health = part.health {
                let answer = await LoopbackHTTP.get(port: part.port, path: health, limit: .seconds(1))
                copy.parts[index].condition = answer?.status == 200 ? .ready : isLive ? .unready : .starting
            } else {
                copy.parts[index].condition = FreePort.isOpen(part.port) ? .ready : .unready
            }
        }
        return copy
    }
}
