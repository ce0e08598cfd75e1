internal import Models

/// An event in one line for people.
enum EventLine {
    /// `09:30:00.123  withdrawal.ready  p42:w-17 #2  energy_available=65000 …`
    static func text(_ event: EventStream.Event, _ console: Console) -> String {
        // AMQP keeps whole seconds: the moment of a message of ours is in its id.
        let id = event.messageID.flatMap { UUIDv7($0) }
        let moment = id.map { Timestamp(milliseconds: Int64($0.high >> 16)) } ?? event.at
        let time = moment.map { String($0.description.dropFirst(11).prefix(12)) } ?? "            "
        let about = event.correlationID ?? event.batch ?? ""
        let sequence = event.body["sequence"].map { " #\($0.brief)" } ?? ""
        let name = event.name + String(repeating: " ", count: max(0, 22 - event.name.count))
        return [
            console.styled(time, .quiet), console.styled(name, style(of: event)),
            about + sequence, console.styled(details(event.body), .quiet),
        ].joined(separator: "  ")
    }

    private static func style(of event: EventStream.Event) -> Console.Style {
        switch event.name.split(separator: ".").last ?? "" {
        case "ready", "settled", "proven", "completed": .good
        case "failed", "rejected", "expired": .bad
        case "short", "revoked": .warning
        default: .strong
        }
    }

    private static func details(_ body: JSONTree) -> String {
        guard case .object(let members) = body else { return body.brief }
        let named = ["withdrawal_id", "partner_id", "sequence", "acquisition_id", "batch_id"]
        return members.filter { !named.contains($0.key) && $0.value != .null }.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value.brief)" }.joined(separator: " ")
    }
}

extension EventStream.Event {
    /// `partner:batch` of an event about a batch.
    fileprivate var batch: String? {
        guard let partner = body["partner_id"], let batch = body["batch_id"] else { return nil }
        return "\(partner.brief):\(batch.brief)"
    }
}
