internal import CRabbitMQ
internal import Glibc

/// Makes the socket, with TLS where asked, and logs in.
struct BrokerLogin {
    /// Frames of 128 KiB: the body of every message that is allowed fits into one, so the library never leaves the last
    /// part of a body corked (it does when a body is an exact multiple of the frame).
    private static let frameMaximum: Int32 = 131_072
    private static let channelMaximum: Int32 = 2047

    let handle: amqp_connection_state_t
    let host: MessagingConfiguration.Host
    let configuration: MessagingConfiguration
    let name: String

    func openSocket() throws(MessagingError) -> Int32 {
        var timeout = configuration.handshakeTimeout.timeval
        let isPlain = configuration.tls == nil
        let socket = try isPlain ? plainSocket() : tlsSocket()
        let status = amqp_socket_open_noblock(socket, host.name, Int32(host.port), &timeout)
        guard status == AMQP_STATUS_OK.rawValue else {
            throw MessagingError(library: status, call: "connect \(host)", isConnecting: true)
        }
        let descriptor = amqp_get_sockfd(handle)
        // A third of it must be free before the kernel calls the socket writable: room for the largest message.
        var size: Int32 = 512 * 1024
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    func logIn() throws(MessagingError) {
        var handshake = configuration.handshakeTimeout.timeval
        var rpc = configuration.rpcTimeout.timeval
        amqp_set_handshake_timeout(handle, &handshake)
        amqp_set_rpc_timeout(handle, &rpc)
        let call = "login \(configuration.user)@\(host)/\(configuration.vhost)"
        let seconds = Int32(max(configuration.heartbeat.components.seconds, 1))
        let reply = withClientProperties { properties in
            busbar_amqp_login(
                handle,
                configuration.vhost,
                Self.channelMaximum,
                Self.frameMaximum,
                seconds,
                properties,
                configuration.user,
                configuration.password
            )
        }
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw MessagingError(connectionClose: reply.reply, call: call)
        default: throw MessagingError(library: reply.library_error, call: call, isConnecting: true)
        }
    }

    private func plainSocket() throws(MessagingError) -> OpaquePointer {
        guard let socket = amqp_tcp_socket_new(handle) else {
            throw MessagingError(.connectionFailed, "out of memory", call: "connect \(host)")
        }
        return socket
    }

    private func tlsSocket() throws(MessagingError) -> OpaquePointer {
        guard let tls = configuration.tls, let socket = amqp_ssl_socket_new(handle) else {
            throw MessagingError(.tlsFailed, "OpenSSL could not be set up", call: "connect \(host)")
        }
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, tls.verifiesHostname ? 1 : 0)
        // The library of Debian 12 would allow TLS 1.0.
        var status = amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        if status == AMQP_STATUS_OK.rawValue {
            status = amqp_ssl_socket_set_cacert(socket, tls.certificateAuthorityFile)
        }
        if status == AMQP_STATUS_OK.rawValue, let client = tls.clientCertificate {
            status = amqp_ssl_socket_set_key(socket, client.certificateFile, client.keyFile)
        }
        guard status == AMQP_STATUS_OK.rawValue else {
            let file = tls.certificateAuthorityFile
            throw MessagingError(
                .tlsFailed,
                "certificates could not be read (\(file)): \(libraryText(status))",
                call: "connect \(host)"
            )
        }
        return socket
    }

    /// The library announces two capabilities only. Without `consumer_cancel_notify` a deleted queue is never told, and
    /// without `connection.blocked` an alarm is felt only as a send that does not end.
    private func withClientProperties<R>(_ body: (UnsafePointer<amqp_table_t>) -> R) -> R {
        let arena = Arena()
        defer { arena.free() }
        let yes = HeaderValue.boolean(true)
        let properties: [String: HeaderValue] = [
            "connection_name": .string(name),
            "capabilities": .table(["consumer_cancel_notify": yes, "connection.blocked": yes, "basic.nack": yes]),
        ]
        var table = arena.table(properties)
        return body(&table)
    }
}

extension Duration {
    var timeval: timeval {
        let (seconds, attoseconds) = components
        return Glibc.timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
