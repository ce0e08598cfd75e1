internal import ArgumentParser
internal import Messaging
internal import Models
internal import ServiceKit

/// `busbar request`
struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask for one withdrawal's energy, as an upstream system would.",
        discussion: """
            Publishes a withdrawal.request as the broker user given, who must be registered for the partner. Nothing is \
            transferred: whoever hears withdrawal.ready sends the USDT.

            Examples:
              busbar request --partner p42 --from TQ… --to TR… --amount 12.5 --wait
              busbar request --partner p42 --id w-17 --from TQ… --to TR… --amount 100 --urgency urgent \\
                  --deadline 2026-11-21T10:00:00Z --user p42 --password-file /run/secrets/p42
            """
    )

    @OptionGroup var location: StackLocation

    @Option(help: "The partner.", transform: Parsing.partner) var partner: PartnerID
    @Option(help: "Its own name for the withdrawal; a new one when not given.", transform: Parsing.withdrawal)
    var id: WithdrawalID?
    @Option(help: "The registered hot wallet that will send.", transform: Parsing.address) var from: TronAddress
    @Option(help: "Who receives the USDT.", transform: Parsing.address) var to: TronAddress
    @Option(help: "USDT, at most 6 places: 12.5", transform: Parsing.amount) var amount: TokenAmount
    @Option(help: "normal, priority or urgent.", transform: Parsing.urgency) var urgency: Urgency = .normal
    @Option(help: "Not wanted after it: 2026-11-21T09:30:00Z", transform: Parsing.time) var deadline: Timestamp?
    @Option(
        help: "Accepted without asking when energy is short; may be repeated, in order.",
        transform: Parsing.option
    )
    var fallback: [ShortageOption] = []
    @Option(help: "The most it may cost, in sun.") var maxCost: Int64?
    @Option(help: "The partner's own user, passed through.") var userId: String?
    @Option(help: "Groups requests: one price, and a summary at the end.") var batch: String?
    @Option(help: "How many requests the batch has in all.") var batchSize: Int?
    @Option(help: "The broker user to be; BUSBAR_BROKER_USER when not given.") var user: String?
    @Option(help: "File whose first line is that user's password; BUSBAR_BROKER_PASSWORD when not given.")
    var passwordFile: String?
    @Flag(help: "Follow its events until the outcome.") var wait = false
    @Option(help: "Seconds to wait at most.") var timeout: Int = 600
    @Flag(help: "Write JSON lines.") var json = false

    func validate() throws {
        if let maxCost, maxCost < 0 { throw ValidationError("--max-cost is a number of sun, 0 or more") }
        if let batchSize, batch == nil || !(1...1_000_000).contains(batchSize) {
            throw ValidationError("--batch-size takes 1 to 1000000 and needs --batch")
        }
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout takes 1 to 86400 seconds") }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let id = id ?? WithdrawalID(UUIDv7(at: operations.clock.now()).description)
        guard let id else { return }
        let request = WithdrawalRequest(
            withdrawalID: id,
            partnerID: partner,
            userID: userId,
            fromAddress: from,
            toAddress: to,
            amount: amount,
            urgency: urgency,
            deadline: deadline,
            fallback: fallback,
            maxCost: maxCost.map { Sun($0) },
            batchID: batch,
            batchSize: batchSize
        )
        let sender = user ?? operations.variables["BUSBAR_BROKER_USER"] ?? "guest"
        var message = try operations.codec.outgoing(request)
        message.properties.userID = sender
        let password = try passwordFile.map { try SecretPrompt.text(file: $0) }
        let publication = Publication(message: message, operations: operations, user: user, password: password)
        guard wait else {
            try await publication.send()
            return told(id, Console())
        }
        try await follow(request, publication, operations)
    }

    private func told(_ id: WithdrawalID, _ console: Console) {
        if json {
            console.line(JSONOutput.line(["partner_id": partner.rawValue, "withdrawal_id": id.rawValue]))
        } else {
            console.good("asked for \(partner):\(id)")
        }
    }

    private func follow(_ request: WithdrawalRequest, _ publication: Publication, _ operations: Operations) async throws
    {
        let console = Console()
        let stream = EventStream(operations: operations, partner: partner)
        let outcome = Outcome()
        outcome.set(false)
        let correlation = request.correlationID
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await Interruption.cancels {
                    try await stream.follow {
                        try await publication.send()
                        told(request.withdrawalID, console)
                    } _: { event in
                        guard event.correlationID == correlation else { return true }
                        console.line(json ? JSONOutput.line(event) : EventLine.text(event, console))
                        if event.isOutcome { outcome.set(event.name == "withdrawal.settled") }
                        return !event.isOutcome
                    }
                }
                return true
            }
            group.addTask {
                try await Task.sleep(for: .seconds(timeout))
                return false
            }
            let isOver = try await group.next() ?? true
            group.cancelAll()
            guard isOver else {
                throw OperationError(
                    "\(partner):\(request.withdrawalID) has no outcome after \(timeout) s",
                    hint: "it goes on: busbar watch --partner \(partner) shows it"
                )
            }
        }
        if !outcome.value { throw ExitCode.failure }
    }
}

/// One message that is published as a certain broker user.
private struct Publication: Sendable {
    let message: OutgoingMessage
    let operations: Operations
    let user: String?
    let password: String?

    func send() async throws {
        // Whoever publishes commands need not be allowed to declare the house's queues.
        let outcomes = try await Operations.withMessaging(
            variables: operations.variables,
            user: user,
            password: password,
            topology: Topology()
        ) { client in
            try await client.publish([message])
        }
        switch outcomes.first {
        case .confirmed: return
        case .returned, nil:
            throw OperationError("no queue takes requests", hint: "start the allocator, which declares its queues")
        case .refused(let reason):
            throw OperationError("the broker refuses the request: \(reason)")
        }
    }
}
