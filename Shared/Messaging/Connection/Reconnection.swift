/// When to connect next, and where to.
struct Reconnection {
    private let hosts: [MessagingConfiguration.Host]
    private var position = 0
    private var backoff: Backoff
    private(set) var due: ContinuousClock.Instant = .now

    init(_ configuration: MessagingConfiguration) {
        hosts = configuration.hosts
        backoff = Backoff(minimum: configuration.minimumBackoff, maximum: configuration.maximumBackoff)
    }

    /// The host to try now, `nil` when none is configured.
    var host: MessagingConfiguration.Host? { hosts.isEmpty ? nil : hosts[position % hosts.count] }

    mutating func succeeded() { backoff.reset() }

    /// The next host at once; after the last one, a pause.
    mutating func failed() {
        position += 1
        var generator = SystemRandomNumberGenerator()
        let completesRound = hosts.isEmpty || position % hosts.count == 0
        due = completesRound ? .now + backoff.next(using: &generator) : .now
    }
}
