internal import Glibc
internal import LocalStack

/// What the system tells of processes: the time they have computed, and the memory they hold.
enum ProcessUsage {
    /// User and system time that a process has used; zero when it is gone.
    static func cpuSeconds(of pid: Int32) -> Double { ticks(of: pid, fields: 11...12) }

    /// The same of a process and those below it, ended ones included.
    static func treeCPUSeconds(of pid: Int32) -> Double {
        ([pid] + ProcessTree.descendants(of: pid)).reduce(0) { $0 + ticks(of: $1, fields: 11...14) }
    }

    /// Resident memory in bytes; zero when it is gone.
    static func residentBytes(of pid: Int32) -> Int {
        let line = LocalFile.read("/proc/\(pid)/status")?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0)
            * 1024
    }

    /// The machine's load over one minute.
    static var load: String {
        LocalFile.read("/proc/loadavg").flatMap { $0.split(separator: " ").first.map(String.init) } ?? "unknown"
    }

    /// How many processors there are.
    static var processors: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Sums fields of `/proc/<pid>/stat`, counted after the name.
    private static func ticks(of pid: Int32, fields: ClosedRange<Int>) -> Double {
        guard let text = LocalFile.read("/proc/\(pid)/stat"), let close = text.lastIndex(of: ")") else { return 0 }
        let values = text[text.index(after: close)...].split(separator: " ")
        guard values.count > fields.upperBound else { return 0 }
        return values[fields].reduce(0) { $0 + (Double($1) ?? 0) } / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
