/// What a broker applies to all queues or exchanges whose name matches; unlike arguments it can be changed while they exist.
public struct BrokerPolicy: Sendable, Hashable {
    public enum Target: String, Sendable, Hashable {
        case queues
        case exchanges
        case all
    }

    public enum Setting: Sendable, Hashable {
        case text(String)
        case number(Int)
    }

    public var name: String
    /// Regular expression on the name.
    public var pattern: String
    public var target: Target
    /// Of several policies that match, the highest one counts, alone.
    public var priority: Int
    /// `delivery-limit`, `dead-letter-exchange`, `max-length` …
    public var settings: [String: Setting]

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
