internal import ArgumentParser

/// `busbar status`
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the parts of the running stack. Ends with 0 when all are ready, 1 when some are not, 3 when "
            + "no stack runs."
    )

    @OptionGroup var location: StackLocation

    @Flag(help: "Write JSON.")
    var json = false

    func run() async throws {
        let console = Console()
        guard let state = StackState.running(location.layout) else {
            console.line(json ? #"{"parts": []}"# : "no local stack runs here; busbar up starts one")
            throw ExitCode(3)
        }
        let now = await state.refreshed()
        let isGood = now.parts.allSatisfy { $0.condition == .ready } && now.isLive
        if json {
            console.line(now.json)
        } else {
            for line in now.table().lines() { console.line(line) }
            for part in now.parts where part.condition != .ready {
                console.warning("\(part.name) is \(part.condition.rawValue); its log is \(part.log)")
            }
        }
        if !isGood { throw ExitCode.failure }
    }
}
