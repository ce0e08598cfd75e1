internal import Dispatch
internal import Glibc

/// The signals that ask a program to end.
enum Signals {
    /// SIGINT, SIGTERM and SIGHUP as they come, for the rest of the process and instead of their usual effect; also
    /// ignores SIGPIPE.
    static func stream() -> AsyncStream<Int32> {
        signal(SIGPIPE, SIG_IGN)
        return AsyncStream { continuation in
            for number in [SIGINT, SIGTERM, SIGHUP] {
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                // The source is kept alive by its own handler.
                source.setEventHandler {
                    withExtendedLifetime(source) { _ = continuation.yield(number) }
                }
                source.activate()
            }
        }
    }
}
