internal import Glibc
public import Logging

/// Writes each log event as one line, JSON for machines or text for people, with secrets taken out.
///
/// ```json
/// {"time":"2026-11-21T09:30:00.123Z","level":"info","service":"allocator","message":"ready","queue":"…"}
/// ```
/// Metadata stands beside the fixed fields, sorted by name; a field that bears a fixed one's name gets `_` before it.
/// Nested metadata are nested objects. The running task's ``TraceContext`` is shown as `trace_id` and `span_id`.
public struct BusbarLogHandler: LogHandler {
    /// The least level that is written; `Logger` looks at it before it makes an event.
    public var logLevel: Logger.Level
    /// Shown on every line of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Asked at every line; its fields replace those of ``metadata`` with the same name.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let output: LogOutput
    private let redaction: Redaction
    private let time: @Sendable () -> String

    /// - Parameters:
    ///   - label: shown as `service`.
    ///   - time: the moment of a line; the machine's clock unless a test gives another.
    public init(
        label: String,
        level: Logger.Level = .info,
        format: LogFormat,
        output: LogOutput = .standardOutput,
        redaction: Redaction = Redaction(),
        time: @escaping @Sendable () -> String = currentTime
    ) {
        self.label = label
        logLevel = level
        self.format = format
        self.output = output
        self.redaction = redaction
        self.time = time
    }

    /// One field of ``metadata``; setting `nil` takes it out.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line. Of fields with one name the event's own wins, then the trace's, the provider's, the logger's.
    /// `error` is added when there is one, and `source` (file and line) from level error up.
    public func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let context = TraceContext.current {
            fields["trace_id"] = .string(context.traceID)
            fields["span_id"] = .string(context.spanID)
        }
        if let more = event.metadata { fields.merge(more) { _, new in new } }
        if let error = event.error { fields["error"] = .string("\(error)") }
        if event.level >= .error { fields["source"] = .string("\(event.file):\(event.line)") }
        switch format {
        case .json: output.write(line: json(event, fields))
        case .text: output.write(line: text(event, fields))
        }
    }

    private func json(_ event: LogEvent, _ fields: Logger.Metadata) -> String {
        var line = JSONLine(redaction: redaction)
        line.open()
        line.field("time", time())
        line.field("level", event.level.rawValue)
        line.field("service", label)
        line.field("message", redaction.clean(event.message.description))
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line.field(["time", "level", "service", "message"].contains(key) ? "_" + key : key, value)
        }
        line.close()
        return line.text
    }

    private func text(_ event: LogEvent, _ fields: Logger.Metadata) -> String {
        let level = event.level.rawValue
        let padding = String(repeating: " ", count: max(0, 8 - level.count))
        var line = "\(time()) \(level)\(padding) \(label)  \(redaction.clean(event.message.description))"
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            let shown = redaction.hides(field: key) ? Redaction.mark : redaction.clean("\(value)")
            line += "  \(key)=\(shown)"
        }
        return line.replacing("\n", with: "\\n")
    }

    /// The machine's clock in RFC 3339, UTC, with milliseconds.
    public static func currentTime() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var seconds = now.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ value: some BinaryInteger, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        let clock = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        return "\(date)T\(clock).\(padded(now.tv_nsec / 1_000_000, 3))Z"
    }
}
