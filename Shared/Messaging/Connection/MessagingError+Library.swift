internal import CRabbitMQ

func libraryText(_ status: Int32) -> String { String(cString: amqp_error_string2(status)) }

extension MessagingError {
    /// A negative status of librabbitmq: the connection is to be thrown away.
    init(library status: Int32, call: String, isConnecting: Bool = false) {
        let code: Code
        switch status {
        case AMQP_STATUS_SSL_ERROR.rawValue, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue,
            AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue, AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue:
            code = isConnecting ? .tlsFailed : .connectionLost
        case AMQP_STATUS_TIMEOUT.rawValue: code = isConnecting ? .connectionFailed : .timeout
        case AMQP_STATUS_BAD_AMQP_DATA.rawValue, AMQP_STATUS_UNKNOWN_CLASS.rawValue,
            AMQP_STATUS_UNKNOWN_METHOD.rawValue, AMQP_STATUS_UNEXPECTED_STATE.rawValue,
            AMQP_STATUS_WRONG_METHOD.rawValue:
            code = .protocolViolation
        default: code = isConnecting ? .connectionFailed : .connectionLost
        }
        self.init(code, libraryText(status), call: call, endsConnection: true)
    }

    init(connectionClose method: amqp_method_t, call: String) {
        guard method.id == AMQP_CONNECTION_CLOSE_METHOD, let decoded = method.decoded else {
            self.init(.protocolViolation, "unexpected method \(method.id)", call: call, endsConnection: true)
            return
        }
        let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
        let text = String(close.reply_text)
        let code: Code
        switch Int(close.reply_code) {
        case 403 where text.contains("vhost"), 530 where text.contains("vhost"): code = .vhostRefused
        case 403: code = .authenticationFailed
        default: code = .connectionLost
        }
        self.init(code, text, call: call, replyCode: Int(close.reply_code), endsConnection: true)
    }

    init(channelClose method: amqp_method_t, call: String) {
        guard let decoded = method.decoded else {
            self.init(.protocolViolation, "channel closed", call: call)
            return
        }
        let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
        let code: Code
        switch Int(close.reply_code) {
        case 403: code = .accessRefused
        case 404: code = .notFound
        case 405, 406: code = .preconditionFailed
        default: code = .refused
        }
        self.init(code, String(close.reply_text), call: call, replyCode: Int(close.reply_code))
    }
}
