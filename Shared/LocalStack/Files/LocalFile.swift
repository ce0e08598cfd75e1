internal import Glibc

/// Files of the local stack that one process writes and others read.
public enum LocalFile {
    /// The text of a file; nil when it cannot be read.
    public static func read(_ path: String) -> String? { Files.read(path) }

    /// Replaces a file in one step; only its owner may read it.
    public static func write(_ text: String, to path: String) throws(LocalStackError) {
        try Files.write(text, to: path, mode: 0o600)
    }

    /// Makes a directory and those above it; others may pass through, as PostgreSQL's user has to when we are root.
    public static func makeDirectory(_ path: String) throws(LocalStackError) {
        try Files.makeDirectory(path, mode: SystemUser.isRoot ? 0o755 : 0o700)
    }

    /// Removes a file or a directory with all it holds.
    public static func remove(_ path: String) async { await Files.remove(path) }

    /// Whether there is such a file that can be run.
    public static func isExecutable(_ path: String) -> Bool { Files.isExecutable(path) }

    /// Whether there is such a file or directory.
    public static func exists(_ path: String) -> Bool { Files.exists(path) }

    /// The last lines of a log, without colours and empty lines.
    public static func tail(_ path: String, lines: Int) -> [String] { Files.tail(path, lines: lines) }

    /// Takes a lock that lasts until the process ends, however it ends.
    /// - Returns: false when another process holds it.
    public static func lock(_ path: String) throws(LocalStackError) -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LocalStackError(.file, "cannot open \(path): \(describe(errno: errno))")
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        close(descriptor)
        return false
    }
}
