/// One thing that can be configured. The tables of `--help-config` and the READMEs are printed from these.
public struct ConfigurationKey: Sendable, Hashable {
    /// What a value may be. Everything is checked at start, before anything is connected.
    public enum ValueType: Sendable, Hashable {
        /// Anything; an empty variable counts as not set.
        case text
        /// Comma-separated in the environment, an array in the file.
        case list
        /// `true`, `yes`, `on`, `1` or their opposites, in either case.
        case flag
        /// A whole number within the range, bounds included.
        case integer(ClosedRange<Int>)
        /// A number within the range, bounds included.
        case number(ClosedRange<Double>)
        /// With its unit: `250ms`, `30s`, `10m`, `1h`, `7d`.
        case duration
        /// `http` or `https` with a host.
        case url
        /// One of these, in this spelling.
        case choice([String])
        /// A file that can be read.
        case file
    }

    /// `section.key` in the file; `BUSBAR_SECTION_KEY` in the environment.
    public let name: String
    /// What the value is checked against at start.
    public let type: ValueType
    /// As it would be written; `nil` when there is none.
    public let defaultValue: String?
    /// Whether the start is refused without a value.
    public let isRequired: Bool
    /// Kept out of logs and tables; may also come from the file that `…_FILE` names.
    public let isSecret: Bool
    /// One sentence for the table.
    public let meaning: String

    /// A key that may be left out.
    public static func optional(
        _ name: String,
        _ type: ValueType,
        default value: String? = nil,
        _ meaning: String
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name,
            type: type,
            defaultValue: value,
            isRequired: false,
            isSecret: false,
            meaning: meaning
        )
    }

    /// A key without which the service does not start.
    public static func required(_ name: String, _ type: ValueType, _ meaning: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: type, defaultValue: nil, isRequired: true, isSecret: false, meaning: meaning)
    }

    /// A secret: from the environment, or from the file named by `…_FILE`, never from a command line.
    public static func secret(
        _ name: String,
        default value: String? = nil,
        isRequired: Bool = false,
        _ meaning: String
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name,
            type: .text,
            defaultValue: value,
            isRequired: isRequired,
            isSecret: true,
            meaning: meaning
        )
    }

    /// `BUSBAR_BROKER_HOSTS` for `broker.hosts`.
    public var variable: String { "BUSBAR_" + name.uppercased().replacing(".", with: "_") }

    /// The variable that names the file of a secret.
    public var fileVariable: String { variable + "_FILE" }
}

extension ConfigurationKey.ValueType {
    /// As the tables show it.
    public var label: String {
        switch self {
        case .text: "text"
        case .list: "list"
        case .flag: "true or false"
        case .integer(let range): "integer, \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "number, \(range.lowerBound) to \(range.upperBound)"
        case .duration: "duration"
        case .url: "URL"
        case .choice(let names): names.joined(separator: ", ")
        case .file: "file"
        }
    }
}
