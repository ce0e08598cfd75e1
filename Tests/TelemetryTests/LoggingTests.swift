import Logging
import Synchronization
import Telemetry
import Testing

private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])
    var all: [String] { kept.withLock { $0 } }
    var output: LogOutput { LogOutput { [self] line in kept.withLock { $0.append(line) } } }
}

private struct Broken: Error, CustomStringConvertible {
    var description: String { "broken by s3cr3t-value" }
}

@Suite struct LoggingTests {
    private func logger(_ lines: Lines, _ format: LogFormat = .json, secrets: [String] = []) -> Logger {
        Logger(label: "allocator") { label in
            BusbarLogHandler(
                label: label,
                format: format,
                output: lines.output,
                redaction: Redaction(secrets: secrets),
                time: { "2026-11-21T09:30:00.123Z" }
            )
        }
    }

    @Test func aLineIsOneJSONObjectWithSortedFields() {
        let lines = Lines()
        var logger = logger(lines)
        logger[metadataKey: "queue"] = "allocator.withdrawal.request"
        logger.info(
            "a \"quoted\"\nline\u{1}",
            metadata: ["count": .stringConvertible(3), "list": ["a", "b"], "level": "clash", "nested": ["x": "y"]]
        )
        #expect(
            lines.all == [
                #"{"time":"2026-11-21T09:30:00.123Z","level":"info","service":"allocator","message":"a \"quoted\"\nline\u0001","#
                    + #""count":3,"_level":"clash","list":["a","b"],"nested":{"x":"y"},"queue":"allocator.withdrawal.request"}"#
            ]
        )
    }

    @Test func textForPeopleStaysOnOneLine() {
        let lines = Lines()
        logger(lines, .text).warning("two\nlines", metadata: ["queue": "q"])
        #expect(lines.all == ["2026-11-21T09:30:00.123Z warning  allocator  two\\nlines  queue=q"])
    }

    @Test func secretsAreTakenOutByNameByShapeAndByValue() {
        let lines = Lines()
        let logger = logger(lines, secrets: ["s3cr3t-value", "guest"])
        logger.info("guest at amqp://user:pa:ss@host:5672/v and s3cr3t-value", metadata: ["broker.password": "x"])
        logger.info("nested", metadata: ["headers": ["Authorization": "Bearer y", "tokens": .stringConvertible(5)]])
        logger.info("mail a@b.c, http://host/path@x:y", error: Broken())
        #expect(lines.all[0].contains("guest at amqp://user:[redacted]@host:5672/v and [redacted]"))
        #expect(lines.all[0].contains(#""broker.password":"[redacted]""#))
        #expect(lines.all[1].contains(#""headers":{"Authorization":"[redacted]","tokens":5}"#))
        #expect(lines.all[2].contains(#""message":"mail a@b.c, http://host/path@x:y","error":"broken by [redacted]""#))
    }

    @Test func theRunningTraceIsShown() throws {
        let lines = Lines()
        let context = try #require(
            TraceContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        )
        TraceContext.$current.withValue(context) { logger(lines).info("x") }
        #expect(
            lines.all[0].hasSuffix(
                #""span_id":"00f067aa0ba902b7","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}"#
            )
        )
    }

    @Test func theClockIsWrittenAsRFC3339() {
        #expect(BusbarLogHandler.currentTime().wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    }
}
