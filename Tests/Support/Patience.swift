internal import Glibc

extension Duration {
    /// A time limit as this machine can keep it now: the limit itself on a quiet one, longer the more others want its
    /// cores. What a test holds is that something ends by itself instead of hanging, not how fast the machine is.
    public static func patient(_ limit: Duration) -> Duration {
        limit * max(1.5, min(10, 1 + Crowd.now))
    }
}

/// How many there are for each core that this machine really has.
private enum Crowd {
    static var now: Double {
        // Of the last minute, and of this moment, since the first is slow to tell: `6.29 4.69 3.33 12/345 999`.
        let loads = beginning(of: "/proc/loadavg").split(whereSeparator: { " /".contains($0) })
        let wanting = loads.count > 3 ? max(Double(loads[0]) ?? 0, Double(loads[3]) ?? 0) : 0
        let cores = Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        return wanting / (cores * max(0.1, 1 - stolen))
    }

    /// The share of its time that a virtual machine was denied its cores since this was first asked.
    private static var stolen: Double {
        let (first, last) = (firstTimes, times)
        let total = last.total - first.total
        return total > 0 ? (last.stolen - first.stolen) / total : 0
    }

    private static let firstTimes = times

    /// `cpu user nice system idle iowait irq softirq steal …`, in ticks since boot.
    private static var times: (stolen: Double, total: Double) {
        let line = beginning(of: "/proc/stat").prefix { $0 != "\n" }
        let ticks = line.split(separator: " ").compactMap { Double($0) }
        return ticks.count > 7 ? (ticks[7], ticks[..<8].reduce(0, +)) : (0, 0)
    }

    private static func beginning(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
