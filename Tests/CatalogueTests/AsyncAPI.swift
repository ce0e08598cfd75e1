/// `deploy/asyncapi.yaml` as far as tests need it: nested maps by indentation, flow lists of words, no anchors.
struct AsyncAPI {
    struct Message {
        /// The key under `components.messages`.
        var key: String
        var wireName: String
        var required: Set<String>
        var properties: Set<String>
        /// Properties whose schema says neither a type nor refers to one.
        var untyped: Set<String>
        /// Properties without a description.
        var undescribed: Set<String>
        /// Values that a property may have, where they are listed.
        var values: [String: Set<String>]
    }

    struct Channel {
        var key: String
        var address: String
        var exchange: String
        var exchangeType: String
        var queue: String?
    }

    var messages: [Message] = []
    var channels: [Channel] = []
    /// Channel of each operation, with what is done there.
    var operations: [String: String] = [:]

    /// Value of each line by the keys that lead to it.
    private let values: [[String]: String]
    private let children: [[String]: [String]]

    init(_ yaml: String) {
        var values: [[String]: String] = [:]
        var children: [[String]: [String]] = [:]
        var path: [(indentation: Int, key: String)] = []
        for line in yaml.split(separator: "\n") {
            let content = line.drop { $0 == " " }
            guard !content.hasPrefix("#"), let colon = content.firstIndex(of: ":") else { continue }
            let indentation = line.count - content.count
            while let last = path.last, last.indentation >= indentation { path.removeLast() }
            let key = String(content[..<colon])
            children[path.map(\.key), default: []].append(key)
            path.append((indentation, key))
            values[path.map(\.key)] = content[content.index(after: colon)...].drop { $0 == " " }.filter {
                $0 != "'" && $0 != "\""
            }
        }
        (self.values, self.children) = (values, children)
        messages = keys("components", "messages").map(message)
        channels = keys("channels").map(channel)
        for operation in keys("operations") {
            let target = value("operations", operation, "channel", "$ref").drop(while: { $0 == "#" })
            operations[String(target.dropFirst("/channels/".count))] = value("operations", operation, "action")
        }
    }

    private func keys(_ path: String...) -> [String] { children[path] ?? [] }
    private func value(_ path: String...) -> String { values[path] ?? "" }

    private func words(_ list: String) -> Set<String> {
        Set(list.filter { $0 != "[" && $0 != "]" && $0 != " " }.split(separator: ",").map(String.init))
    }

    private func message(_ key: String) -> Message {
        let payload = ["components", "messages", key, "payload"]
        let properties = children[payload + ["properties"]] ?? []
        func has(_ name: String, _ field: String) -> Bool { values[payload + ["properties", name, field]] != nil }
        var listed: [String: Set<String>] = [:]
        for name in properties {
            let property = payload + ["properties", name]
            if let list = values[property + ["enum"]] ?? values[property + ["items", "enum"]] {
                listed[name] = words(list)
            }
        }
        return Message(
            key: key,
            wireName: value("components", "messages", key, "name"),
            required: words(values[payload + ["required"]] ?? ""),
            properties: Set(properties),
            untyped: Set(properties.filter { !has($0, "type") && !isDefined(payload + ["properties", $0, "$ref"]) }),
            undescribed: Set(properties.filter { !has($0, "description") }),
            values: listed
        )
    }

    /// Whether a reference points to a schema that is there.
    private func isDefined(_ reference: [String]) -> Bool {
        guard let target = values[reference], target.hasPrefix("#/components/schemas/") else { return false }
        return children[["components", "schemas", String(target.dropFirst("#/components/schemas/".count))]] != nil
    }

    private func channel(_ key: String) -> Channel {
        Channel(
            key: key,
            address: value("channels", key, "address"),
            exchange: value("channels", key, "bindings", "amqp", "exchange", "name"),
            exchangeType: value("channels", key, "bindings", "amqp", "exchange", "type"),
            queue: values[["channels", key, "x-queue", "name"]]
        )
    }
}
