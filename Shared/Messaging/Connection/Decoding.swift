internal import CRabbitMQ
internal import Models

extension String {
    /// A copy; bytes that are no UTF-8 become replacement characters.
    init(_ bytes: amqp_bytes_t) {
        self.init(
            decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len),
            as: UTF8.self
        )
    }
}

extension amqp_bytes_t {
    var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : len) }
}

extension MessageProperties {
    /// Copies what the library has decoded.
    init(_ source: amqp_basic_properties_t) {
        let flags = source._flags
        self.init()
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            flags & amqp_flags_t(flag) != 0 ? String(bytes) : nil
        }
        messageID = text(AMQP_BASIC_MESSAGE_ID_FLAG, source.message_id)
        type = text(AMQP_BASIC_TYPE_FLAG, source.type)
        correlationID = text(AMQP_BASIC_CORRELATION_ID_FLAG, source.correlation_id)
        appID = text(AMQP_BASIC_APP_ID_FLAG, source.app_id)
        contentType = text(AMQP_BASIC_CONTENT_TYPE_FLAG, source.content_type)
        userID = text(AMQP_BASIC_USER_ID_FLAG, source.user_id)
        if flags & amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG) != 0 {
            // Others may have put anything there; what is past year 292,278,994 is no time.
            let seconds = Int64(exactly: source.timestamp) ?? 0
            let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
            timestamp = overflow ? nil : Timestamp(milliseconds: milliseconds)
        }
        persistent = flags & amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG) != 0 && source.delivery_mode == 2
        if flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 {
            headers = Dictionary(source.headers, depth: 0)
        }
    }
}

extension [String: HeaderValue] {
    fileprivate init(_ table: amqp_table_t, depth: Int) {
        self.init(minimumCapacity: Int(table.num_entries))
        guard let entries = table.entries else { return }
        for entry in UnsafeBufferPointer(start: entries, count: Int(table.num_entries)) {
            self[String(entry.key)] = HeaderValue(entry.value, depth: depth)
        }
    }
}

extension HeaderValue {
    /// Deeper nesting than anybody means is cut off: the stack is not the sender's.
    private static let maximumDepth = 16

    fileprivate init(_ field: amqp_field_value_t, depth: Int) {
        switch amqp_field_value_kind_t(UInt32(field.kind)) {
        case AMQP_FIELD_KIND_UTF8: self = .string(String(field.value.bytes))
        case AMQP_FIELD_KIND_BYTES: self = .bytes(Array(field.value.bytes.buffer))
        case AMQP_FIELD_KIND_BOOLEAN: self = .boolean(field.value.boolean != 0)
        case AMQP_FIELD_KIND_I8: self = .integer(Int64(field.value.i8))
        case AMQP_FIELD_KIND_U8: self = .integer(Int64(field.value.u8))
        case AMQP_FIELD_KIND_I16: self = .integer(Int64(field.value.i16))
        case AMQP_FIELD_KIND_U16: self = .integer(Int64(field.value.u16))
        case AMQP_FIELD_KIND_I32: self = .integer(Int64(field.value.i32))
        case AMQP_FIELD_KIND_U32: self = .integer(Int64(field.value.u32))
        case AMQP_FIELD_KIND_I64: self = .integer(field.value.i64)
        case AMQP_FIELD_KIND_U64: self = .integer(Int64(clamping: field.value.u64))
        case AMQP_FIELD_KIND_F32: self = .double(Double(field.value.f32))
        case AMQP_FIELD_KIND_F64: self = .double(field.value.f64)
        case AMQP_FIELD_KIND_TIMESTAMP: self = .timestamp(field.value.u64)
        case AMQP_FIELD_KIND_TABLE where depth < Self.maximumDepth:
            self = .table(Dictionary(field.value.table, depth: depth + 1))
        case AMQP_FIELD_KIND_ARRAY where depth < Self.maximumDepth:
            let array = field.value.array
            guard let entries = array.entries else {
                self = .array([])
                return
            }
            self = .array(
                UnsafeBufferPointer(start: entries, count: Int(array.num_entries))
                    .map { HeaderValue($0, depth: depth + 1) }
            )
        default: self = .null
        }
    }
}
