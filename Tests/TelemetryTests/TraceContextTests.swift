import Telemetry
import Testing

/// Repeats the given words.
private struct Words: RandomNumberGenerator {
    var words: [UInt64]
    mutating func next() -> UInt64 { words.removeFirst() }
}

@Suite struct TraceContextTests {
    private let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func theExampleOfTheStandardIsReadAndWrittenUnchanged() throws {
        let context = try #require(TraceContext(traceparent: example))
        #expect(context.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.spanID == "00f067aa0ba902b7")
        #expect(context.isSampled)
        #expect(context.traceparent == example)
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
    ])
    func aMalformedHeaderIsNoContext(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test func aLaterVersionIsReadAsFarAsTheFirstReaches() throws {
        let later = "01" + example.dropFirst(2)
        #expect(try #require(TraceContext(traceparent: later)).traceparent == example)
        #expect(TraceContext(traceparent: later + "-extra") != nil)
        #expect(TraceContext(traceparent: later + "extra") == nil)
    }

    @Test func aChildKeepsTheTraceAndChangesTheSpan() throws {
        let parent = try #require(TraceContext(traceparent: example))
        var words = Words(words: [0xabc])
        let child = parent.child(using: &words)
        #expect(child.traceparent == "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000abc-01")
    }

    @Test func noSpanIsZeroEvenWhenTheGeneratorIs() {
        var words = Words(words: [0, 0, 0, 0, 0])
        #expect(
            TraceContext.root(isSampled: false, using: &words).traceparent
                == "00-00000000000000000000000000000001-0000000000000001-00"
        )
    }
}
