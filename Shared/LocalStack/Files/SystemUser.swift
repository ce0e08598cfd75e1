internal import Glibc

/// A user of the operating system.
struct SystemUser: Sendable, Hashable {
    let name: String
    let uid: uid_t
    let gid: gid_t

    /// Whether this process runs as root.
    static var isRoot: Bool { geteuid() == 0 }

    /// Looks a user up.
    static func named(_ name: String) -> SystemUser? {
        var entry = passwd()
        var buffer = [CChar](repeating: 0, count: 16_384)
        var found: UnsafeMutablePointer<passwd>?
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return SystemUser(name: name, uid: entry.pw_uid, gid: entry.pw_gid)
    }

    /// Who runs PostgreSQL for us: nil for ourselves, a user without rights when we are root, whom it refuses.
    static func forPostgreSQL() throws(LocalStackError) -> SystemUser? {
        guard isRoot else { return nil }
        for name in ["postgres", "nobody"] {
            if let user = named(name), user.uid != 0 { return user }
        }
        throw LocalStackError(.notInstalled, "PostgreSQL refuses to run as root, and there is no other user for it")
    }
}

extension Launch {
    /// The same program run by another user; nil means ourselves.
    func running(as user: SystemUser?) -> Launch {
        guard let user else { return self }
        var copy = self
        copy.program = "setpriv"
        copy.arguments =
            ["--reuid=\(user.uid)", "--regid=\(user.gid)", "--clear-groups", "--", program] + arguments
        return copy
    }
}
