internal import CRabbitMQ

/// What differs from message to message.
struct BareMessage: Sendable {
    var messageID: [UInt8]
    var correlationID: [UInt8]
    var body: [UInt8]
}

/// What all messages of a kind share: where they go, and properties.
final class BareEnvelope {
    let exchange: BareText
    var key: BareText
    private let type: BareText
    private let appID = BareText("busbar-bench")
    private let contentType = BareText("application/json")
    private let user: BareText?
    private var properties = amqp_basic_properties_t()

    /// - Parameter user: whom the broker shall verify as the sender.
    init(exchange: String, key: String, type: String, user: String?, seconds: UInt64) {
        self.exchange = BareText(exchange)
        self.key = BareText(key)
        self.type = BareText(type)
        self.user = user.map { BareText($0) }
        let flags =
            AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG
            | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_APP_ID_FLAG
        properties._flags = amqp_flags_t(flags)
        properties.content_type = contentType.bytes
        properties.delivery_mode = 2
        properties.timestamp = seconds
        properties.type = self.type.bytes
        properties.app_id = appID.bytes
        if let user = self.user {
            properties._flags |= amqp_flags_t(AMQP_BASIC_USER_ID_FLAG)
            properties.user_id = user.bytes
        }
    }

    /// The time that messages tell from now on, in seconds since 1970.
    var seconds: UInt64 {
        get { properties.timestamp }
        set { properties.timestamp = newValue }
    }

    /// Lends the C structures of a message.
    func withProperties(
        of message: BareMessage,
        _ publish: (UnsafePointer<amqp_basic_properties_t>, amqp_bytes_t) -> Int32
    ) -> Int32 {
        lend(message.messageID) { id in
            lend(message.correlationID) { correlation in
                lend(message.body) { body in
                    properties.message_id = id
                    properties.correlation_id = correlation
                    return withUnsafePointer(to: properties) { publish($0, body) }
                }
            }
        }
    }

    private func lend(_ bytes: [UInt8], _ use: (amqp_bytes_t) -> Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            // The library's type is not const; it only reads.
            use(amqp_bytes_t(len: buffer.count, bytes: UnsafeMutableRawPointer(mutating: buffer.baseAddress)))
        }
    }
}
