internal import FoundationEssentials

/// Values as they were given, before they are checked: by key name.
struct ConfigurationSource {
    private(set) var values: [String: String] = [:]
    private(set) var problems: [ConfigurationError.Problem] = []

    private let keys: [ConfigurationKey]
    private let byVariable: [String: ConfigurationKey]
    private let byName: [String: ConfigurationKey]
    private let ownSection: String

    init(keys: [ConfigurationKey], ownSection: String) {
        self.keys = keys
        self.ownSection = ownSection
        byVariable = Dictionary(keys.map { ($0.variable, $0) }) { first, _ in first }
        byName = Dictionary(keys.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Adds `BUSBAR_` variables; an empty one counts as not set. They win over what is already there.
    mutating func add(environment: [String: String]) {
        for (variable, value) in environment.sorted(by: { $0.key < $1.key })
        where variable.hasPrefix("BUSBAR_") && !value.isEmpty {
            if let key = byVariable[variable] {
                values[key.name] = value
            } else if let key = secretOfFile(variable) {
                addSecret(key, from: value, besides: environment)
            } else if !belongsElsewhere(section: variable.dropFirst(7).lowercased(), separator: "_") {
                problems.append(.unknown(name: variable, nearest: nearest(variable, among: keys.map(\.variable))))
            }
        }
    }

    /// Adds the keys of a JSON file.
    mutating func add(file path: String) {
        guard let data = contents(of: path) else { return }
        do {
            let tree = try JSONDecoder().decode(JSONValue.self, from: data)
            guard case .object(let sections) = tree else {
                problems.append(.unreadable(file: path, reason: "it is not a JSON object"))
                return
            }
            flatten(sections, prefix: "")
        } catch {
            problems.append(.unreadable(file: path, reason: "it is not JSON"))
        }
    }

    private mutating func flatten(_ object: [String: JSONValue], prefix: String) {
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            let path = prefix + name
            if let key = byName[path], let text = value.text {
                values[key.name] = text
            } else if case .object(let inner) = value {
                flatten(inner, prefix: path + ".")
            } else if !belongsElsewhere(section: path, separator: ".") {
                problems.append(.unknown(name: path, nearest: nearest(path, among: keys.map(\.name))))
            }
        }
    }

    private func belongsElsewhere(section text: String, separator: Character) -> Bool {
        let section = text.prefix { $0 != separator }
        return section != ownSection && ConfigurationKey.serviceSections.contains(String(section))
    }

    private func secretOfFile(_ variable: String) -> ConfigurationKey? {
        guard variable.hasSuffix("_FILE"), let key = byVariable[String(variable.dropLast(5))], key.isSecret
        else { return nil }
        return key
    }

    private mutating func addSecret(
        _ key: ConfigurationKey,
        from path: String,
        besides environment: [String: String]
    ) {
        if environment[key.variable]?.isEmpty == false {
            problems.append(.ambiguous(key: key))
        } else if let data = contents(of: path) {
            // Files written by editors and by `echo` end in a line feed that is not part of the secret.
            let text = String(decoding: data, as: UTF8.self)
            values[key.name] = String(text.reversed().drop { $0.isNewline }.reversed())
        }
    }

    private mutating func contents(of path: String) -> Data? {
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            problems.append(.unreadable(file: path, reason: "no such file, or not allowed to read it"))
            return nil
        }
    }
}

/// Any JSON value.
private enum JSONValue: Decodable {
    case text(String)
    case number(Double)
    case flag(Bool)
    case list([JSONValue])
    case object([String: JSONValue])
    case null

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// As the environment would write it.
    var text: String? {
        switch self {
        case .text(let value): value
        case .number(let value): Int64(exactly: value).map(String.init) ?? String(value)
        case .flag(let value): String(value)
        case .list(let values):
            values.contains { $0.text == nil } ? nil : values.compactMap(\.text).joined(separator: ",")
        case .object, .null: nil
        }
    }
}

/// The known name with the fewest changed letters, when it is near enough to be a slip of the hand.
func nearest(_ name: String, among known: [String]) -> String? {
    let closest = known.map { (distance(Array(name.utf8), Array($0.utf8)), $0) }.min { $0 < $1 }
    guard let closest, closest.0 <= max(2, name.utf8.count / 4) else { return nil }
    return closest.1
}

private func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, right) in b.enumerated() {
            let change = diagonal + (left == right ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
