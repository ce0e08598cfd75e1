internal import Models
internal import Planning

/// Which deliveries are meant.
struct DeliveryFilter: Sendable {
    /// What has become of a delivery.
    enum State: String, Codable, Sendable, CaseIterable {
        /// To be tried, or tried again.
        case pending
        case delivered
        /// Given up after all tries, or refused for good.
        case dead
        /// Its endpoint was disabled first.
        case cancelled
    }

    /// In any of these.
    var states = Set(State.allCases)
    /// To the endpoint of this name.
    var endpoint: String?
    /// To endpoints of this partner.
    var partner: PartnerID?
    /// Of events of this type.
    var type: EventPattern?
    /// Of the event with this id.
    var event: String?
    /// That ended then or later; of those that have not, that were made.
    var since: Timestamp?
    /// Before then.
    var until: Timestamp?
}

extension EventPattern {
    /// The same as a regular expression of PostgreSQL.
    var expression: String {
        let parts = description.split(separator: ".").enumerated().map { index, word in
            let dot = index == 0 ? "" : "\\."
            switch word {
            case "*": return dot + "[^.]+"
            // Whatever follows, or nothing.
            case "#": return index == 0 ? ".*" : "(\\..*)?"
            default: return dot + word
            }
        }
        return "^" + parts.joined() + "$"
    }
}
