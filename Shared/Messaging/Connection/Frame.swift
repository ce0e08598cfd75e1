internal import CRabbitMQ

/// A frame as both connections see it. Its bytes are the library's, until the buffers are released.
enum Frame {
    case method(amqp_method_t)
    case header(properties: amqp_basic_properties_t, bodySize: UInt64)
    case body(UnsafeRawBufferPointer)
    case other

    init(_ frame: amqp_frame_t) {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD: self = .method(frame.payload.method)
        case AMQP_FRAME_HEADER:
            guard let decoded = frame.payload.properties.decoded else {
                self = .other
                return
            }
            self = .header(
                properties: decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee,
                bodySize: frame.payload.properties.body_size
            )
        case AMQP_FRAME_BODY: self = .body(frame.payload.body_fragment.buffer)
        default: self = .other
        }
    }
}

extension amqp_method_t {
    /// The decoded arguments as `T`, which must be what ``id`` says.
    func arguments<T>(as type: T.Type) -> T? { decoded?.assumingMemoryBound(to: type).pointee }
}

/// What the broker says about a whole connection.
enum ConnectionNotice {
    case closed(MessagingError)
    case blocked(String)
    case unblocked
    case none

    init(_ method: amqp_method_t) {
        switch method.id {
        case AMQP_CONNECTION_CLOSE_METHOD:
            self = .closed(MessagingError(connectionClose: method, call: "connection.close by the broker"))
        case AMQP_CONNECTION_BLOCKED_METHOD:
            self = .blocked(method.arguments(as: amqp_connection_blocked_t.self).map { String($0.reason) } ?? "")
        case AMQP_CONNECTION_UNBLOCKED_METHOD: self = .unblocked
        default: self = .none
        }
    }
}

extension BrokerConnection {
    /// The broker closes the connection; says so, so that it need not wait.
    func confirmClosedConnection() {
        var reply = amqp_connection_close_ok_t()
        _ = amqp_send_method(handle, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &reply)
    }
}
