/// What a broker applies to all queues or exchanges whose name matches; unlike arguments it can be changed while they exist.
public struct BrokerPolicy: Sendable, Hashable {
    /// What a policy is applied to, as `apply-to` names it.
    public enum Target: String, Sendable, Hashable {
        /// Queues of any type.
        case queues
        /// Exchanges alone.
        case exchanges
        /// Queues and exchanges whose name matches.
        case all
    }

    /// A value of one key of the definition.
    public enum Setting: Sendable, Hashable {
        /// A JSON string: `reject-publish`, a queue's name.
        case text(String)
        /// A JSON number: messages, milliseconds or bytes, by its key.
        case number(Int)
    }

    /// Unique in its vhost: setting another policy of this name replaces it.
    public var name: String
    /// Regular expression on the name.
    public var pattern: String
    /// Whether the pattern is compared with queues, exchanges or both.
    public var target: Target
    /// Of several policies that match, the highest one counts, alone.
    public var priority: Int
    /// `delivery-limit`, `dead-letter-exchange`, `max-length` …
    public var settings: [String: Setting]

    /// Checks nothing: the broker refuses keys it does not know and patterns it cannot read.
    public init(
        _ name: String,
        pattern: String,
        target: Target = .queues,
        priority: Int = 0,
        settings: [String: Setting]
    ) {
        self.name = name
        self.pattern = pattern
        self.target = target
        self.priority = priority
        self.settings = settings
    }

    /// The settings as a JSON object, keys in order: what `rabbitmqctl set_policy` takes.
    public var definition: String {
        var json = CanonicalJSON()
        json.object(settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
        return json.text
    }
}

extension BrokerPolicy.Setting {
    var json: CanonicalJSON.Value {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        }
    }
}
