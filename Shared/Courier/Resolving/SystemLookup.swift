internal import Glibc
internal import Webhooks

/// All addresses of a name, by `getaddrinfo(3)`; blocks, for many seconds where DNS servers do not answer.
///
/// Without AI_ADDRCONFIG: a name is judged by all its addresses on every machine alike, and sorted by what this one can
/// reach.
func systemLookup(_ host: String) -> Result<[IPAddress], HostResolverError> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard code == 0 else {
        let system = code == EAI_SYSTEM ? ": " + String(cString: strerror(errno)) : ""
        return .failure(HostResolverError(String(cString: gai_strerror(code)) + system))
    }
    var addresses: [IPAddress] = []
    var entry = list
    while let current = entry {
        if let address = IPAddress(current.pointee), !addresses.contains(address) { addresses.append(address) }
        entry = current.pointee.ai_next
    }
    return addresses.isEmpty ? .failure(HostResolverError("the name has no address")) : .success(addresses)
}

extension IPAddress {
    fileprivate init?(_ info: addrinfo) {
        guard let address = info.ai_addr else { return nil }
        let raw = UnsafeRawPointer(address)
        switch info.ai_family {
        case AF_INET where info.ai_addrlen >= MemoryLayout<sockaddr_in>.size:
            let number = raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
            self.init(v4: UInt32(bigEndian: number))
        case AF_INET6 where info.ai_addrlen >= MemoryLayout<sockaddr_in6>.size:
            let number = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            self.init(bytes: withUnsafeBytes(of: number) { Array($0) })
        default: return nil
        }
    }
}

/// Runs `body` on a thread of its own.
/// - Returns: whether the system had one left; if not, `body` never runs.
func startDetachedThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var handle = pthread_t()
    let code = pthread_create(&handle, nil, runBody, box.toOpaque())
    guard code == 0 else {
        box.release()
        return false
    }
    pthread_detach(handle)
    return true
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
