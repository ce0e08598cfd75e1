internal import Glibc

/// Free TCP ports on the loopback interface.
public enum FreePort {
    /// Below the range the kernel gives to outgoing connections: a client that keeps knocking at a closed port inside
    /// that range can end up connected to itself.
    private static let range = 20_000..<30_000

    /// A port that nobody listens on.
    ///
    /// - Parameter preferred: taken when free.
    /// - Throws: ``LocalStackError`` with code `port`.
    /// - Note: Another process may take it before its user does; who starts a server tries again then.
    public static func find(preferring preferred: Int? = nil) throws(LocalStackError) -> Int {
        if let preferred, isFree(preferred) { return preferred }
        for _ in 0..<200 {
            let candidate = Int.random(in: range)
            if isFree(candidate) { return candidate }
        }
        throw LocalStackError(.port, "no free TCP port between \(range.lowerBound) and \(range.upperBound)")
    }

    /// Whether a server could listen on this port now.
    public static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // As servers do, or a port in TIME_WAIT after a restart would look taken.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        return withLoopback(port) { bind(descriptor, $0, $1) == 0 } && listen(descriptor, 1) == 0
    }

    /// Whether somebody accepts connections on this port.
    public static func isOpen(_ port: Int) -> Bool {
        guard let descriptor = connect(port) else { return false }
        close(descriptor)
        return true
    }

    /// A connection to this port; the caller closes it.
    static func connect(_ port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // On loopback the kernel answers at once, except for a server that is frozen with a full backlog.
        var limit = timeval(tv_sec: 0, tv_usec: 200_000)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if withLoopback(port, { Glibc.connect(descriptor, $0, $1) == 0 }) { return descriptor }
        close(descriptor)
        return nil
    }

    private static func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
