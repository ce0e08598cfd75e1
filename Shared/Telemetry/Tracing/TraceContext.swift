/// Where a piece of work stands in a distributed trace: W3C Trace Context level 1, as the header `traceparent` carries it.
///
/// It travels in AMQP headers and HTTP requests. Ids come from an injected generator, so that tests can repeat them.
/// Source: https://www.w3.org/TR/trace-context/#traceparent-header
public struct TraceContext: Hashable, Sendable, CustomStringConvertible {
    /// The name of the header.
    public static let headerName = "traceparent"

    /// The context of the running task; log lines show it.
    @TaskLocal public static var current: TraceContext?

    /// The first 64 bits of the trace id; never zero together with ``traceLow``.
    public let traceHigh: UInt64
    /// The last 64 bits of the trace id.
    public let traceLow: UInt64
    /// The id of this span, never zero.
    public let span: UInt64
    /// Whether the caller may have recorded it.
    public let isSampled: Bool

    /// - Returns: `nil` when the trace id or the span id is zero, which the standard calls invalid.
    public init?(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
        guard traceHigh | traceLow != 0, span != 0 else { return nil }
        self.init(validHigh: traceHigh, low: traceLow, span: span, isSampled: isSampled)
    }

    private init(validHigh: UInt64, low: UInt64, span: UInt64, isSampled: Bool) {
        traceHigh = validHigh
        traceLow = low
        self.span = span
        self.isSampled = isSampled
    }

    /// Reads a `traceparent`. Versions to come are read as far as version 00 reaches, as the standard asks.
    /// - Returns: `nil` when it is malformed: then a new trace begins.
    public init?(traceparent: String) {
        let bytes = Array(traceparent.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = hexadecimal(bytes[0..<2]), version != 0xff,
            bytes.count == 55 || (version != 0 && bytes[55] == dash),
            let high = hexadecimal(bytes[3..<19]), let low = hexadecimal(bytes[19..<35]),
            let span = hexadecimal(bytes[36..<52]), let flags = hexadecimal(bytes[53..<55])
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 == 1)
    }

    /// The first span of a new trace.
    public static func root(
        isSampled: Bool = true,
        using generator: inout some RandomNumberGenerator
    ) -> TraceContext {
        let low = nonzero(using: &generator)
        return TraceContext(
            validHigh: generator.next(),
            low: low,
            span: nonzero(using: &generator),
            isSampled: isSampled
        )
    }

    /// The first span of a new trace, with ids of the system's generator.
    public static func root(isSampled: Bool = true) -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return root(isSampled: isSampled, using: &generator)
    }

    /// Runs `body` as the first span of a new trace: its log lines, messages and requests belong together.
    public static func begin<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        try await $current.withValue(root()) { try await body() }
    }

    /// A span below this one: the same trace, a new span id.
    public func child(using generator: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(
            validHigh: traceHigh,
            low: traceLow,
            span: Self.nonzero(using: &generator),
            isSampled: isSampled
        )
    }

    /// A span below this one, with an id of the system's generator.
    public func child() -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return child(using: &generator)
    }

    /// 32 hexadecimal digits.
    public var traceID: String { padded(traceHigh) + padded(traceLow) }

    /// 16 hexadecimal digits.
    public var spanID: String { padded(span) }

    /// The header's value: `00-<trace id>-<span id>-<flags>`.
    public var traceparent: String {
        // Every message that leaves has one: written at once, without the pieces as strings.
        String(unsafeUninitializedCapacity: 55) { bytes in
            var position = 0
            func write(_ value: UInt64, _ digits: Int) {
                for digit in 0..<digits {
                    let nibble = UInt8(truncatingIfNeeded: value >> UInt64(4 * (digits - 1 - digit))) & 15
                    bytes[position + digit] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
                }
                position += digits
            }
            func dash() {
                bytes[position] = UInt8(ascii: "-")
                position += 1
            }
            write(0, 2)
            dash()
            write(traceHigh, 16)
            write(traceLow, 16)
            dash()
            write(span, 16)
            dash()
            write(isSampled ? 1 : 0, 2)
            return position
        }
    }

    /// The ``traceparent``.
    public var description: String { traceparent }

    private static func nonzero(using generator: inout some RandomNumberGenerator) -> UInt64 {
        // A generator that gives zero for ever would hang here; one retry and then 1 is enough for an id.
        let first: UInt64 = generator.next()
        if first != 0 { return first }
        let second: UInt64 = generator.next()
        return second == 0 ? 1 : second
    }
}

/// Lower-case digits only: the standard forbids capitals.
private func hexadecimal(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for byte in bytes {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
        default: return nil
        }
    }
    return value
}

private func padded(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
