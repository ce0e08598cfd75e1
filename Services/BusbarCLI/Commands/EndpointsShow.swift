internal import ArgumentParser
internal import Models
internal import Webhooks

/// `busbar endpoints show`
struct EndpointsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an endpoint: its rules and limits, how it does, and its newest deliveries. No secret is shown.",
        discussion: "Example: busbar endpoints show p42-main"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The endpoint.", transform: EndpointParsing.name) var name: String
    @Flag(help: "Write JSON.") var json = false

    /// All there is to see of one.
    struct Report: Codable, Sendable {
        var endpoint: EndpointView.Endpoint
        var lastDay: EndpointView.Counts
        /// `nil` without the key they are sealed with.
        var sealed: Sealed?
        var newest: [DeliveryView.Delivery]

        enum CodingKeys: String, CodingKey {
            case endpoint, sealed, newest
            case lastDay = "last_24_h"
        }
    }

    /// What people may see of its secrets.
    struct Sealed: Codable, Sendable {
        /// Until when each signing secret signs, the present one first, which has no end.
        var signingUntil: [Timestamp?]
        /// The names of its own headers.
        var headers: [String]
        /// Why they cannot be read.
        var fault: String?

        enum CodingKeys: String, CodingKey {
            case headers, fault
            case signingUntil = "signing_until"
        }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let settings = try NotifierSettings(operations.variables)
        let box = settings.hasKey ? try settings.box() : nil
        let now = operations.clock.now()
        let report = try await operations.withEndpoints { store, client in
            guard let endpoint = try await EndpointView.named(name, in: client) else {
                throw Operations.unknownEndpoint(name)
            }
            var filter = DeliveryFilter()
            filter.endpoint = name
            return Report(
                endpoint: endpoint,
                lastDay: try await EndpointView.counts(of: endpoint.id, since: now - .seconds(86_400), in: client),
                sealed: try await Self.sealed(name, store, box, at: now),
                newest: try await DeliveryView.newest(5, filter, in: client)
            )
        }
        let console = Console()
        if json { return console.line(JSONOutput.pretty(report)) }
        for line in Self.lines(report, at: now, console) { console.line(line) }
    }

    /// What there is of secrets; `nil` without a key.
    static func sealed(
        _ name: String,
        _ store: EndpointStore,
        _ box: SecretBox?,
        at now: Timestamp
    ) async throws -> Sealed? {
        guard let box, let kept = try await store.sealed(name) else { return nil }
        do {
            let secrets = try EndpointSecrets(opening: kept.sealed, with: box, for: kept.id)
            let valid = secrets.secrets.map(\.validUntil).filter { $0.map { now < $0 } ?? true }
            return Sealed(signingUntil: valid, headers: secrets.headers.map(\.name))
        } catch {
            return Sealed(signingUntil: [], headers: [], fault: "\(error)")
        }
    }

    static func lines(_ report: Report, at now: Timestamp, _ console: Console) -> [String] {
        let endpoint = report.endpoint
        func row(_ name: String, _ text: String) -> String {
            "  \(name)\(String(repeating: " ", count: max(1, 12 - name.count)))\(text)"
        }
        let owner = endpoint.partner.map { "partner \($0)" } ?? "operations"
        var lines = [
            "\(console.styled(endpoint.name, .strong))  \(endpoint.channel.rawValue) of \(owner), "
                + OutsideText.line(endpoint.target),
            row("id", "\(endpoint.id), since \(endpoint.createdAt)"),
            row("state", EndpointText.state(of: endpoint, at: now)),
            row("limits", "\(endpoint.ratePerMinute) a minute, \(endpoint.inFlight) at a time"),
        ]
        if endpoint.channel.isForPeople { lines.append(row("language", endpoint.language)) }
        if let fault = endpoint.fault { lines.append(row("hears", fault)) }
        for (number, rule) in endpoint.rules.enumerated() {
            lines.append(row(number == 0 ? "hears" : "", EndpointRules.text(rule)))
        }
        lines += sealedLines(report).map { row("secrets", $0) }
        let day = report.lastDay
        lines.append(
            row(
                "last 24 h",
                "\(day.delivered) delivered, \(day.dead) given up, \(day.cancelled) cancelled; \(endpoint.pending) open"
            )
        )
        if let success = endpoint.lastSuccessAt { lines.append(row("succeeded", "last at \(success)")) }
        if let failure = endpoint.lastFailureAt {
            let error = endpoint.lastError.map { ": " + OutsideText.line($0, limit: 200) } ?? ""
            lines.append(row("failed", "last at \(failure)\(error)"))
        }
        guard !report.newest.isEmpty else { return lines }
        return lines + [""] + DeliveriesList.table(report.newest, at: now).lines()
    }

    private static func sealedLines(_ report: Report) -> [String] {
        guard let sealed = report.sealed else { return ["sealed; BUSBAR_NOTIFIER_SECRETS_KEY is not set here"] }
        if let fault = sealed.fault { return ["they cannot be opened: \(fault)"] }
        var parts: [String] = []
        if report.endpoint.channel == .webhook {
            parts.append(counted(sealed.signingUntil.count, "signing secret"))
            parts += sealed.signingUntil.compactMap { $0 }.map { "one until \($0)" }
        }
        if !sealed.headers.isEmpty { parts.append("headers \(sealed.headers.joined(separator: ", "))") }
        return parts.isEmpty ? [] : [parts.joined(separator: ", ")]
    }
}
