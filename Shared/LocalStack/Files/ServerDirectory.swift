internal import Glibc

/// Where a private server keeps its data.
public struct ServerDirectory: Sendable {
    /// The directory itself.
    public let path: String
    /// Whether it goes when the server is stopped.
    public let isTemporary: Bool

    /// A directory that stays.
    public static func lasting(_ path: String) -> ServerDirectory { ServerDirectory(path: path, isTemporary: false) }

    /// A new directory of this process, removed when the server stops or the process ends in any way.
    ///
    /// On the disk and not in memory: what a test says about durability has to be true.
    public static func temporary() throws(LocalStackError) -> ServerDirectory {
        let base = access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp"
        let path = try Files.makeUniqueDirectory(base + "/busbar-")
        // The user that runs PostgreSQL for root has to pass through.
        if SystemUser.isRoot { chmod(path, 0o755) }
        try Guardian.shared.get().sweep(directory: path)
        return ServerDirectory(path: path, isTemporary: true)
    }

    /// Removes a temporary directory; leaves a lasting one alone.
    func discard() async {
        guard isTemporary else { return }
        await Files.remove(path)
        try? Guardian.shared.get().forget(directory: path)
    }

    /// The folder for the data of the local stack that belongs to a clone.
    ///
    /// - Ordinary users: `.busbar` inside the clone.
    /// - Root: a folder under `/var/lib/busbar`, one for each clone, since the system user that runs PostgreSQL for root
    ///   cannot enter a clone under a private home.
    public static func ofStack(clone: String) -> String {
        guard SystemUser.isRoot else { return clone + "/.busbar" }
        // FNV-1a: stable between runs, which Hasher is not.
        let hash = clone.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "/var/lib/busbar/" + String(hash, radix: 16)
    }
}
