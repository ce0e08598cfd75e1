internal import ArgumentParser
internal import Glibc

/// A time between blocks, as the command line gives it: `3s`, `200ms`.
struct BlockInterval: ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration

    init(duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let digits = argument.prefix { $0.isNumber }
        guard let number = Int64(digits) else { return nil }
        switch argument.dropFirst(digits.count) {
        case "s": duration = .seconds(number)
        case "ms": duration = .milliseconds(number)
        default: return nil
        }
        guard duration >= .milliseconds(50), duration <= .seconds(3600) else { return nil }
    }

    var description: String {
        let milliseconds = duration / .milliseconds(1)
        return milliseconds >= 1000 ? "\(Int(milliseconds) / 1000)s" : "\(Int(milliseconds))ms"
    }

    var defaultValueDescription: String { description }
}

/// Lines for whoever started the process, flushed at once.
enum StandardOutput {
    static func print(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        bytes.withUnsafeBytes { buffer in _ = write(STDOUT_FILENO, buffer.baseAddress, buffer.count) }
    }
}
