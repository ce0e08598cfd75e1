extension Topology {
    /// The text of a `definitions.json` that a broker can import: this topology and these policies in one vhost.
    ///
    /// The same input gives the same bytes, so that the exported file can be compared with the code.
    public func definitions(vhost: String, policies: [BrokerPolicy]) -> String {
        var json = CanonicalJSON()
        json.lines([
            ("vhosts", [[("name", .text(vhost))]]),
            ("exchanges", exchanges.map { $0.definition(vhost) }),
            ("queues", queues.map { $0.definition(vhost) }),
            ("bindings", bindings.map { $0.definition(vhost) }),
            ("policies", policies.map { $0.entry(vhost) }),
        ])
        return json.text
    }
}

extension Topology.Exchange {
    fileprivate func definition(_ vhost: String) -> [(String, CanonicalJSON.Value)] {
        [
            ("name", .text(name)), ("vhost", .text(vhost)), ("type", .text(kind.rawValue)), ("durable", .boolean(true)),
            ("auto_delete", .boolean(false)), ("internal", .boolean(false)),
            ("arguments", .object(alternate.map { [("alternate-exchange", .text($0))] } ?? [])),
        ]
    }
}

extension Topology.Queue {
    fileprivate func definition(_ vhost: String) -> [(String, CanonicalJSON.Value)] {
        [
            ("name", .text(name)), ("vhost", .text(vhost)), ("durable", .boolean(true)),
            ("auto_delete", .boolean(false)), ("arguments", .object([("x-queue-type", .text(kind.rawValue))])),
        ]
    }
}

extension Topology.Binding {
    fileprivate func definition(_ vhost: String) -> [(String, CanonicalJSON.Value)] {
        [
            ("source", .text(exchange)), ("vhost", .text(vhost)), ("destination", .text(queue)),
            ("destination_type", .text("queue")), ("routing_key", .text(routingKey)), ("arguments", .object([])),
        ]
    }
}

extension BrokerPolicy {
    fileprivate func entry(_ vhost: String) -> [(String, CanonicalJSON.Value)] {
        [
            ("vhost", .text(vhost)), ("name", .text(name)), ("pattern", .text(pattern)),
            ("apply-to", .text(target.rawValue)),
            ("definition", .object(settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })),
            ("priority", .number(priority)),
        ]
    }
}

/// JSON in the order it is given, one entry a line: small and stable, for files that are compared.
struct CanonicalJSON {
    indirect enum Value {
        case text(String)
        case number(Int)
        case boolean(Bool)
        case object([(String, Value)])
    }

    private(set) var text = ""

    mutating func lines(_ sections: [(String, [[(String, Value)]])]) {
        text += "{\n"
        for (position, section) in sections.enumerated() {
            text += "  "
            string(section.0)
            text += section.1.isEmpty ? ": []" : ": [\n"
            for (row, entry) in section.1.enumerated() {
                text += "    "
                object(entry)
                text += row + 1 < section.1.count ? ",\n" : "\n  ]"
            }
            text += position + 1 < sections.count ? ",\n" : "\n"
        }
        text += "}\n"
    }

    mutating func object(_ members: [(String, Value)]) {
        text += "{"
        for (position, member) in members.enumerated() {
            if position > 0 { text += ", " }
            string(member.0)
            text += ": "
            value(member.1)
        }
        text += "}"
    }

    private mutating func value(_ value: Value) {
        switch value {
        case .text(let content): string(content)
        case .number(let number): text += String(number)
        case .boolean(let flag): text += flag ? "true" : "false"
        case .object(let members): object(members)
        }
    }

    private mutating func string(_ content: String) {
        text += "\""
        for scalar in content.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
