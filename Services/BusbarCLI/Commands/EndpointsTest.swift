internal import ArgumentParser
internal import Models
internal import Storage

/// `busbar endpoints test`
struct EndpointsTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a notification to one endpoint, whatever its rules say, and show what the receiver answered.",
        discussion: """
            Goes the way of all: by the broker and the notifier. A test that fails is tried again like any other delivery. \
            Exit status 1 unless it was delivered at once.

            Example: busbar endpoints test p42-main
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The endpoint.", transform: EndpointParsing.name) var name: String
    @Option(help: "What it says.") var text = "A test: whoever reads this hears from Busbar."
    @Option(help: "Seconds to wait at most.") var timeout = 30
    @Flag(help: "Write JSON.") var json = false

    func validate() throws {
        guard (1...600).contains(timeout) else { throw ValidationError("--timeout takes 1 to 600 seconds") }
        guard (1...8000).contains(text.unicodeScalars.count) else {
            throw ValidationError("--text takes 1 to 8000 characters")
        }
    }

    /// What came of it.
    struct Result: Codable, Sendable {
        var delivery: DeliveryView.Delivery
        var attempts: [DeliveryView.Attempt]
    }

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let result = try await operations.withEndpoints { _, client in
            guard let endpoint = try await EndpointView.named(name, in: client) else {
                throw Operations.unknownEndpoint(name)
            }
            guard endpoint.isActive else {
                throw OperationError(
                    "the endpoint \(name) is \(EndpointText.state(of: endpoint, at: operations.clock.now()))",
                    hint: "busbar endpoints enable \(name)"
                )
            }
            return try await test(endpoint, operations, client)
        }
        if json {
            console.line(JSONOutput.pretty(result))
        } else {
            for line in Self.lines(result, at: operations.clock.now(), console) { console.line(line) }
        }
        if result.delivery.state != .delivered { throw ExitCode.failure }
    }

    private func test(
        _ endpoint: EndpointView.Endpoint,
        _ operations: Operations,
        _ client: some PostgresQuerying
    ) async throws -> Result {
        let trial = NotificationTrial(operations: operations)
        let message = NotificationSend(
            notificationID: trial.id,
            endpoint: name,
            severity: .info,
            title: "Test of \(name)",
            text: text,
            partnerID: endpoint.partner
        )
        try await trial.send(message)
        let deliveries = try await trial.follow(for: .seconds(timeout), in: client) { deliveries in
            deliveries.contains { NotificationTrial.isTold($0, at: operations.clock.now()) }
        }
        guard let delivery = deliveries.first else {
            throw OperationError(
                "the notifier has not taken it in \(timeout) s",
                hint:
                    "busbar status shows whether it runs; it takes notifications of its own broker user alone, and parks "
                    + "others: busbar parked list notifier.notification.send"
            )
        }
        let attempts = try await DeliveryView.attempts(of: [delivery.id], in: client)
        return Result(delivery: delivery, attempts: attempts[delivery.id] ?? [])
    }

    static func lines(_ result: Result, at now: Timestamp, _ console: Console) -> [String] {
        let delivery = result.delivery
        guard let attempt = result.attempts.last else {
            return [
                "\(console.styled("!", .warning)) \(delivery.endpoint) was not tried yet: "
                    + EndpointText.remark(on: delivery, at: now),
                "  busbar deliveries show \(delivery.id) follows it; busbar endpoints show \(delivery.endpoint) says how it does",
            ]
        }
        let isGood = delivery.state == .delivered
        let mark = isGood ? console.styled("✔", .good) : console.styled("✘", .bad)
        let status = attempt.status.map { ", status \($0)" } ?? ""
        let address = attempt.address.map { " from \(OutsideText.line($0, limit: 60))" } ?? ""
        var lines = ["\(mark) \(delivery.endpoint): \(attempt.outcome)\(status) after \(attempt.latency) ms\(address)"]
        if let detail = attempt.detail { lines.append("  \(OutsideText.line(detail))") }
        if let answer = attempt.answer, !answer.isEmpty {
            lines.append("  it answered:")
            lines += OutsideText.lines(answer).map { "    \($0)" }
        }
        if !isGood {
            let remark = EndpointText.remark(on: delivery, at: now)
            lines.append("  \(delivery.state.rawValue)\(remark.isEmpty ? "" : ", \(remark)")")
        }
        return lines
    }
}
