/// How a log line looks.
public enum LogFormat: String, Sendable, Hashable, CaseIterable {
    /// One JSON object per line, for machines.
    case json
    /// Time, level, message, fields: for people.
    case text
}
