/// A command or an event that travels over AMQP. ``Catalogue`` lists every conformer.
///
/// Bodies are JSON objects in snake_case; unknown fields are ignored, so that fields can be added without a new version.
public protocol Message: Codable, Sendable {
    /// Its type on the wire, without version, and what follows from it.
    static var name: MessageName { get }

    /// The partner it concerns: part of an event's routing key, so that each partner hears only of its own.
    var routingPartner: PartnerID? { get }

    /// Which withdrawal it belongs to (`partner:withdrawal`), the AMQP `correlation_id`.
    var correlationID: String? { get }
}

extension Message {
    /// None: unless a message says otherwise, it is not bound to a partner.
    public var routingPartner: PartnerID? { nil }
    /// None, unless a message says otherwise.
    public var correlationID: String? { nil }

    /// `withdrawal.ready.p42` for an event bound to a partner, else the type without version.
    public var routingKey: String {
        guard Self.name.kind == .event, let partner = routingPartner else { return Self.name.type }
        return "\(Self.name.type).\(partner)"
    }
}

/// What a message is called and how it travels.
public struct MessageName: Hashable, Sendable {
    /// A command has one consumer and asks for something; an event tells whoever listens what has happened.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Asks one consumer for something; has a queue of its own.
        case command
        /// Tells whoever listens; has no queue by itself.
        case event
    }

    /// Without version, as in routing keys: `withdrawal.request`.
    public let type: String
    /// From 1; grows when a body changes in a way that old readers cannot ignore. Part of ``wireName`` alone.
    public let version: Int
    /// Decides the exchange and whether there is a queue.
    public let kind: Kind
    /// The service that hears a command; `nil` for events.
    public let consumer: String?

    /// A command for one service.
    public static func command(_ type: String, version: Int = 1, for consumer: String) -> MessageName {
        MessageName(type: type, version: version, kind: .command, consumer: consumer)
    }

    /// An event for whoever listens.
    public static func event(_ type: String, version: Int = 1) -> MessageName {
        MessageName(type: type, version: version, kind: .event, consumer: nil)
    }

    /// The type in a wire name: `withdrawal.request` of `withdrawal.request.v1`; `nil` when it is not of that form.
    public static func type(ofWireName name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
        let version = name[name.index(after: dot)...]
        let digits = version.dropFirst()
        guard version.first == "v", !digits.isEmpty, digits.count <= 9, digits.allSatisfy(\.isASCII),
            digits.allSatisfy(\.isNumber)
        else { return nil }
        return String(name[..<dot])
    }

    /// The AMQP `type`: `withdrawal.request.v1`.
    public var wireName: String { "\(type).v\(version)" }

    /// Where it is published.
    public var exchange: String { kind == .command ? Exchanges.commands : Exchanges.events }

    /// Whether an event of this type, with or without version, is for a partner: nobody hearing it is an alarm.
    public static func isForPartner(_ type: String) -> Bool {
        type.hasPrefix("withdrawal.") || type.hasPrefix("allocation.") || type.hasPrefix("batch.")
    }

    /// The queue of a command: `allocator.withdrawal.request`.
    public var queue: String? { consumer.map { "\($0).\(type)" } }
}

/// The exchanges of the house.
public enum Exchanges {
    /// Direct: one queue per command.
    public static let commands = "busbar.commands"
    /// Topic: routing key is the type, and for partner-bound events the partner after it.
    public static let events = "busbar.events"
    /// Fanout: what no queue was bound for.
    public static let unrouted = "busbar.unrouted"
}

/// What is common to every event about one withdrawal.
public protocol WithdrawalEvent: Message {
    /// Whose withdrawal it is; the end of the routing key.
    var partnerID: PartnerID { get }
    /// The upstream's own name for it, unique per partner.
    var withdrawalID: WithdrawalID { get }
    /// 1, 2, 3 … per withdrawal. Delivery is at least once and may be out of order: drop what is older than the last seen.
    var sequence: Int { get }
}

extension WithdrawalEvent {
    /// The partner whose withdrawal it is.
    public var routingPartner: PartnerID? { partnerID }
    /// `partner:withdrawal`.
    public var correlationID: String? { "\(partnerID):\(withdrawalID)" }
}
