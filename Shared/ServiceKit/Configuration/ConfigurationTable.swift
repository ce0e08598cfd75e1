/// The keys of a service as a table, for `--help-config` and its README.
public enum ConfigurationTable {
    /// A Markdown table: variable, type, default, meaning.
    public static func markdown(_ keys: [ConfigurationKey]) -> String {
        var lines = ["| variable | type | default | meaning |", "|---|---|---|---|"]
        for key in keys {
            let type = key.type.label + (key.isSecret ? ", secret, or `\(key.fileVariable)`" : "")
            lines.append("| `\(key.variable)` | \(type) | \(shownDefault(key, code: "`")) | \(key.meaning) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// For a terminal.
    public static func text(_ keys: [ConfigurationKey]) -> String {
        keys.map { key in
            let secret = key.isSecret ? "; secret, or \(key.fileVariable)" : ""
            return
                "\(key.variable)\n    \(key.meaning)\n    \(key.type.label)\(secret); default: \(shownDefault(key))\n"
        }.joined()
    }

    private static func shownDefault(_ key: ConfigurationKey, code: String = "") -> String {
        if key.isRequired { return "required" }
        return key.defaultValue.map { code + $0 + code } ?? "none"
    }
}
