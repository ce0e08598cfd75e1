internal import Glibc

/// The ports that `busbar up` prefers, kept from it while it starts.
///
/// So a stack under test takes ports that are its own for as long as it lives: another stack that a developer starts
/// meanwhile would take a preferred port in the moment in which a killed server does not hold it.
struct DefaultPorts: ~Copyable {
    private static let preferred: [UInt16] =
        [15_672, 15_432, 18_090] + Array(18_101...18_104) + Array(18_121...18_124)
        + Array(18_141...18_144)
    private var sockets: [UInt16: Int32] = [:]

    /// Listens on those that are free. Again for those that others have given back meanwhile.
    mutating func hold() {
        for port in Self.preferred where sockets[port] == nil {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { continue }
            // Or remains of closed connections would keep it from us.
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let isHeld = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isHeld, listen(descriptor, 1) == 0 { sockets[port] = descriptor } else { close(descriptor) }
        }
    }

    deinit { for descriptor in sockets.values { close(descriptor) } }
}
