internal import CRabbitMQ
internal import Glibc

/// One connection over plain librabbitmq calls, used by one thread, which it blocks.
final class BareBroker {
    /// Where the broker is, and as whom.
    struct Address: Sendable {
        var port: Int
        var vhost: String
        var user: String
        var password: String
    }

    private let handle: amqp_connection_state_t
    private var published: UInt64 = 0
    private var confirmed: UInt64 = 0

    init(_ address: Address) throws(BareFailure) {
        guard let handle = amqp_new_connection() else { throw BareFailure("broker: out of memory") }
        self.handle = handle
        guard let socket = amqp_tcp_socket_new(handle),
            amqp_socket_open(socket, "127.0.0.1", Int32(address.port)) == 0
        else { throw BareFailure("broker: cannot connect to port \(address.port)") }
        var none = amqp_table_t(num_entries: 0, entries: nil)
        let reply = busbar_amqp_login(handle, address.vhost, 0, 131_072, 0, &none, address.user, address.password)
        guard reply.reply_type == AMQP_RESPONSE_NORMAL else {
            throw BareFailure("broker: refuses \(address.user)")
        }
        amqp_channel_open(handle, 1)
        try check("channel")
    }

    deinit { amqp_destroy_connection(handle) }

    /// Has the broker confirm what is published.
    func selectConfirms() throws(BareFailure) {
        amqp_confirm_select(handle, 1)
        try check("confirm")
    }

    /// Begins to consume. Without `prefetch` the broker sends all there is and waits for no acknowledgement.
    func consume(_ queue: String, prefetch: Int?) throws(BareFailure) {
        let name = BareText(queue)
        if let prefetch {
            amqp_basic_qos(handle, 1, 0, UInt16(prefetch), 0)
            try check("qos")
        }
        amqp_basic_consume(
            handle,
            1,
            name.bytes,
            amqp_empty_bytes,
            0,
            prefetch == nil ? 1 : 0,
            0,
            amqp_empty_table
        )
        withExtendedLifetime(name) {}
        try check("consume \(queue)")
    }

    /// The next message, if one comes in time.
    /// - Parameter wait: seconds; zero takes only what has arrived.
    /// - Returns: what `body` makes of it; nil when none came.
    func take<R>(waiting wait: Double, _ body: (amqp_envelope_t) -> R) throws(BareFailure) -> R? {
        amqp_maybe_release_buffers(handle)
        var envelope = amqp_envelope_t()
        var timeout = timeval(tv_sec: Int(wait), tv_usec: Int((wait - wait.rounded(.down)) * 1e6))
        let reply = amqp_consume_message(handle, &envelope, &timeout, 0)
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            defer { amqp_destroy_envelope(&envelope) }
            return body(envelope)
        case AMQP_RESPONSE_LIBRARY_EXCEPTION where reply.library_error == AMQP_STATUS_TIMEOUT.rawValue: return nil
        default: throw BareFailure("broker: consuming failed (\(reply.library_error))")
        }
    }

    /// Acknowledges everything up to a tag.
    func acknowledge(upTo tag: UInt64) { amqp_basic_ack(handle, 1, tag, 1) }

    /// Publishes one message; ``confirm()`` waits for it.
    func publish(_ message: BareMessage, _ envelope: BareEnvelope) throws(BareFailure) {
        let status = envelope.withProperties(of: message) { properties, body in
            amqp_basic_publish(handle, 1, envelope.exchange.bytes, envelope.key.bytes, 0, 0, properties, body)
        }
        guard status == AMQP_STATUS_OK.rawValue else { throw BareFailure("broker: publishing failed (\(status))") }
        published += 1
    }

    /// Waits until the broker has confirmed all that was published.
    func confirm() throws(BareFailure) {
        while confirmed < published {
            var frame = amqp_frame_t()
            guard amqp_simple_wait_frame(handle, &frame) == AMQP_STATUS_OK.rawValue else {
                throw BareFailure("broker: no confirm")
            }
            try note(frame)
        }
        amqp_maybe_release_buffers(handle)
    }

    /// Takes the confirms that have come, without waiting for any.
    func takeConfirms() throws(BareFailure) {
        while confirmed < published {
            var frame = amqp_frame_t()
            var none = timeval()
            let status = amqp_simple_wait_frame_noblock(handle, &frame, &none)
            if status == AMQP_STATUS_TIMEOUT.rawValue { break }
            guard status == AMQP_STATUS_OK.rawValue else { throw BareFailure("broker: no confirm (\(status))") }
            try note(frame)
        }
        amqp_maybe_release_buffers(handle)
    }

    private func note(_ frame: amqp_frame_t) throws(BareFailure) {
        let method = frame.payload.method
        guard frame.frame_type == AMQP_FRAME_METHOD, method.id == AMQP_BASIC_ACK_METHOD,
            let ack = method.decoded?.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
        else { throw BareFailure("broker: does not confirm") }
        confirmed = ack.multiple != 0 ? max(confirmed, ack.delivery_tag) : confirmed + 1
    }

    private func check(_ call: String) throws(BareFailure) {
        guard amqp_get_rpc_reply(handle).reply_type == AMQP_RESPONSE_NORMAL else {
            throw BareFailure("broker: \(call) failed")
        }
    }
}
