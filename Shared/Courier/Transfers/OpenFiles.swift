internal import Glibc

/// How many sockets this process may have open.
enum OpenFiles {
    /// For the database, the broker, logs and whatever else is open.
    private static let others = 512

    /// Raises the process's own limit as far as needed and allowed; the usual one, 1,024, was made for select(2).
    /// - Returns: how many there is room for beside `others`.
    static func makeRoom(for sockets: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        let wanted = min(limit.rlim_max, rlim_t(sockets + others))
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = wanted
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur) - others
    }
}
