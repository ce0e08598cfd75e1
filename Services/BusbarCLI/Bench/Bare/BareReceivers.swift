internal import Glibc

/// Connections that stay open to the receivers of the benchmark, over plain sockets, used by one thread, which they block.
final class BareReceivers {
    /// What a receiver answers when it takes a delivery.
    private static let answer = Array("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".utf8)

    private let port: Int
    private var descriptors: [Int32]

    /// - Parameter count: of receivers; each is connected to when it is first sent something.
    init(port: Int, count: Int) {
        self.port = port
        descriptors = [Int32](repeating: -1, count: count)
    }

    deinit { for descriptor in descriptors where descriptor >= 0 { close(descriptor) } }

    /// Sends a whole request.
    func send(_ request: [UInt8], to receiver: Int) throws(BareFailure) {
        if descriptors[receiver] < 0 { descriptors[receiver] = try Self.connect(NotifySink.host(receiver), port) }
        var rest = request[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptors[receiver], $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw BareFailure("receiver \(receiver): sending failed (\(errno))") }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads the answer to the oldest request that has none.
    func receive(from receiver: Int) throws(BareFailure) {
        var got = [UInt8](repeating: 0, count: Self.answer.count)
        let count = got.withUnsafeMutableBytes {
            recv(descriptors[receiver], $0.baseAddress, $0.count, Int32(MSG_WAITALL))
        }
        guard count == got.count, got == Self.answer else {
            let text = String(decoding: got.prefix(max(0, count)), as: UTF8.self)
            throw BareFailure("receiver \(receiver): does not take a delivery: \(text.prefix { !$0.isNewline })")
        }
    }

    private static func connect(_ host: String, _ port: Int) throws(BareFailure) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw BareFailure("receivers: no socket (\(errno))") }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(descriptor)
            throw BareFailure("receivers: cannot connect to \(host):\(port) (\(errno))")
        }
        return descriptor
    }
}
