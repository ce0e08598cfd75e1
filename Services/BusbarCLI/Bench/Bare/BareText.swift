internal import CRabbitMQ
internal import Glibc

/// A short text in memory that stays where it is, for C calls that keep a pointer to it.
final class BareText {
    private let memory: UnsafeMutableBufferPointer<UInt8>

    init(_ text: String) {
        memory = .allocate(capacity: max(1, text.utf8.count))
        _ = memory.initialize(from: text.utf8)
        count = text.utf8.count
    }

    private let count: Int

    deinit { memory.deallocate() }

    /// Valid as long as this object.
    var bytes: amqp_bytes_t { amqp_bytes_t(len: count, bytes: memory.baseAddress) }
}

/// Why a bare call stopped the measurement.
struct BareFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Clocks and loads of this machine.
enum BareClock {
    /// Seconds on the clock that nobody sets.
    static func now() -> Double { seconds(CLOCK_MONOTONIC) }

    /// CPU seconds of the calling thread.
    static func thread() -> Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

    /// Blocks the calling thread until then.
    static func sleep(until moment: Double) {
        let left = moment - now()
        guard left > 0 else { return }
        var time = timespec(tv_sec: Int(left), tv_nsec: Int((left - left.rounded(.down)) * 1e9))
        nanosleep(&time, nil)
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
