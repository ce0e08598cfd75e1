internal import ArgumentParser

/// `busbar env`
struct Env: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: #"Print the running stack's addresses and passwords as shell variables: eval "$(busbar env)"."#
    )

    @OptionGroup var location: StackLocation

    func run() async throws {
        guard let state = StackState.running(location.layout), !state.variables.isEmpty else {
            Console(.errors).line("no local stack runs here; busbar up starts one")
            throw ExitCode(3)
        }
        let console = Console()
        for line in StackEnvironment.exports(of: state.variables) { console.line(line) }
    }
}
