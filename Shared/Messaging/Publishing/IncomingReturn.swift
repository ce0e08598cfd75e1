internal import CRabbitMQ

/// A message that the broker gives back because no queue takes it, while its frames come.
struct IncomingReturn {
    private let replyCode: Int
    private let text: String
    private let exchange: String
    private let routingKey: String
    private var messageID: String?
    private var bodyLeft: UInt64?

    init(_ method: amqp_basic_return_t) {
        replyCode = Int(method.reply_code)
        text = String(method.reply_text)
        exchange = String(method.exchange)
        routingKey = String(method.routing_key)
    }

    mutating func take(_ properties: amqp_basic_properties_t, bodySize: UInt64) {
        let hasID = properties._flags & amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG) != 0
        messageID = hasID ? String(properties.message_id) : nil
        bodyLeft = bodySize
    }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        bodyLeft = bodyLeft.map { $0 - min($0, UInt64(bytes.count)) }
    }

    var isComplete: Bool { bodyLeft == 0 }

    var outcome: PublishOutcome { .returned(replyCode: replyCode, text: text) }

    func isCopy(of message: OutgoingMessage) -> Bool {
        message.mandatory && message.routingKey == routingKey && message.exchange == exchange
            && message.properties.messageID == messageID
    }
}
