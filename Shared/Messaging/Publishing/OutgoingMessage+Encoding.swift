internal import CRabbitMQ
internal import Models

extension OutgoingMessage {
    /// AMQP short strings carry their length in one byte.
    private static let shortString = 255
    private static let maximumDepth = 16

    /// What would make the library or the broker give up the whole connection is refused before anything is sent.
    func validate(maximumSize: Int, position: Int) throws(MessagingError) {
        let call = "publish \(exchange)/\(routingKey) [\(position)]"
        guard body.count <= maximumSize else {
            throw MessagingError(.messageTooLarge, "\(body.count) bytes, \(maximumSize) are allowed", call: call)
        }
        let texts: [(String, String?)] = [
            ("exchange", exchange), ("routing key", routingKey), ("message id", properties.messageID),
            ("type", properties.type), ("correlation id", properties.correlationID), ("app id", properties.appID),
            ("content type", properties.contentType), ("user id", properties.userID),
        ]
        for (name, text) in texts {
            guard let text, text.utf8.count > Self.shortString else { continue }
            throw MessagingError(.invalidMessage, "\(name) is longer than 255 bytes", call: call)
        }
        if properties.headers.isEmpty { return }
        guard let size = HeaderValue.table(properties.headers).encodedSize(depth: 0) else {
            throw MessagingError(.invalidMessage, "a header is too deep or its key too long", call: call)
        }
        guard size <= maximumSize else {
            throw MessagingError(.messageTooLarge, "\(size) bytes of headers", call: call)
        }
    }
}

extension HeaderValue {
    /// An upper bound in bytes; `nil` if it cannot be written.
    fileprivate func encodedSize(depth: Int) -> Int? {
        guard depth < 16 else { return nil }
        var size = 16
        switch self {
        case .string(let text): size += text.utf8.count
        case .bytes(let content): size += content.count
        case .array(let values):
            for value in values {
                guard let inner = value.encodedSize(depth: depth + 1) else { return nil }
                size += inner
            }
        case .table(let values):
            for (key, value) in values {
                guard key.utf8.count <= 255, let inner = value.encodedSize(depth: depth + 1) else { return nil }
                size += key.utf8.count + 1 + inner
            }
        default: break
        }
        return size
    }
}

extension Arena {
    /// The C form of the properties, valid until ``reset()``.
    func properties(_ source: MessageProperties) -> amqp_basic_properties_t {
        var properties = amqp_basic_properties_t()
        var flags = AMQP_BASIC_DELIVERY_MODE_FLAG
        properties.delivery_mode = source.persistent ? 2 : 1
        if let text = source.messageID {
            flags |= AMQP_BASIC_MESSAGE_ID_FLAG
            properties.message_id = bytes(text)
        }
        if let text = source.type {
            flags |= AMQP_BASIC_TYPE_FLAG
            properties.type = bytes(text)
        }
        if let text = source.correlationID {
            flags |= AMQP_BASIC_CORRELATION_ID_FLAG
            properties.correlation_id = bytes(text)
        }
        if let text = source.appID {
            flags |= AMQP_BASIC_APP_ID_FLAG
            properties.app_id = bytes(text)
        }
        if let text = source.contentType {
            flags |= AMQP_BASIC_CONTENT_TYPE_FLAG
            properties.content_type = bytes(text)
        }
        if let text = source.userID {
            flags |= AMQP_BASIC_USER_ID_FLAG
            properties.user_id = bytes(text)
        }
        if let time = source.timestamp {
            flags |= AMQP_BASIC_TIMESTAMP_FLAG
            properties.timestamp = UInt64(max(time.milliseconds, 0) / 1000)
        }
        if !source.headers.isEmpty {
            flags |= AMQP_BASIC_HEADERS_FLAG
            properties.headers = table(source.headers)
        }
        properties._flags = amqp_flags_t(flags)
        return properties
    }
}
