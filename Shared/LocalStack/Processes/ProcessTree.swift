internal import Glibc

/// What `/proc` tells about processes.
public enum ProcessTree {
    /// When a process started, in clock ticks since boot: with the id it names a process for ever.
    /// - Returns: nil when there is no such process, or only its remains.
    public static func startTime(of pid: Int32) -> UInt64? {
        guard let fields = stat(of: pid), fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return UInt64(fields[19])
    }

    /// The processes below one, nearest first.
    public static func descendants(of root: Int32) -> [Int32] {
        var children: [Int32: [Int32]] = [:]
        for name in Files.entries(of: "/proc") {
            guard let pid = Int32(name), let fields = stat(of: pid), fields.count > 1, let parent = Int32(fields[1])
            else { continue }
            children[parent, default: []].append(pid)
        }
        var found: [Int32] = []
        var frontier = [root]
        while !frontier.isEmpty {
            frontier = frontier.flatMap { children[$0] ?? [] }
            found += frontier
        }
        return found
    }

    /// Whether no thread of a process runs any more, because a signal has stopped it or it has ended.
    public static func isStopped(_ pid: Int32) -> Bool {
        Files.entries(of: "/proc/\(pid)/task").allSatisfy { thread in
            guard let state = fields(of: "/proc/\(pid)/task/\(thread)/stat")?.first else { return true }
            return ["T", "Z", "X"].contains(state)
        }
    }

    private static func stat(of pid: Int32) -> [Substring]? { fields(of: "/proc/\(pid)/stat") }

    /// The fields of a `stat` file after the name: state, parent, group …
    private static func fields(of path: String) -> [Substring]? {
        guard let text = Files.read(path), let close = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: close)...].split(separator: " ")
    }
}
