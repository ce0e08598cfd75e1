internal import ArgumentParser
internal import Models

/// `busbar status`
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the parts of the running stack, and how telling people and systems goes. Ends with 0 when all "
            + "parts are ready, 1 when some are not, 3 when no stack runs."
    )

    @OptionGroup var location: StackLocation

    @Flag(help: "Write JSON.")
    var json = false

    /// The stack's state and what its database tells.
    private struct Report: Encodable {
        var state: StackState
        var notifications: NotificationStatus?

        private enum CodingKeys: CodingKey { case notifications }

        func encode(to encoder: any Encoder) throws {
            try state.encode(to: encoder)
            var own = encoder.container(keyedBy: CodingKeys.self)
            try own.encodeIfPresent(notifications, forKey: .notifications)
        }
    }

    func run() async throws {
        let console = Console()
        guard let state = StackState.running(location.layout) else {
            console.line(json ? #"{"parts": []}"# : "no local stack runs here; busbar up starts one")
            throw ExitCode(3)
        }
        let now = await state.refreshed()
        let isGood = now.parts.allSatisfy { $0.condition == .ready } && now.isLive
        let told = await Self.notifications(now.variables)
        if json {
            console.line(JSONOutput.pretty(Report(state: now, notifications: told?.status)))
        } else {
            for line in now.table().lines() { console.line(line) }
            if let told, told.status.active + told.status.disabled > 0 {
                console.line()
                console.line(told.status.line(at: told.time))
            }
            for part in now.parts where part.condition != .ready {
                console.warning("\(part.name) is \(part.condition.rawValue); its log is \(part.log)")
            }
        }
        if !isGood { throw ExitCode.failure }
    }

    /// What the database tells within two seconds: of a stack that starts or stops, nothing.
    private static func notifications(
        _ variables: [String: String]
    ) async -> (status: NotificationStatus, time: Timestamp)? {
        await withTaskGroup(of: (NotificationStatus, Timestamp)?.self) { group in
            group.addTask {
                do {
                    let operations = try await Operations(variables)
                    let now = operations.clock.now()
                    let status = try await operations.withPostgres {
                        try await NotificationStatus.read(at: now, in: $0)
                    }
                    return (status, now)
                } catch {
                    // The parts' own conditions say what is wrong.
                    return nil
                }
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(2))  // cancelled when the first is done
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
