internal import CRabbitMQ

/// Memory for the C forms of strings and tables that one library call reads. Grows to the largest call and stays.
final class Arena {
    private static let blockSize = 16 * 1024
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private var block = 0
    private var used = 0

    /// Everything handed out before is invalid.
    func reset() {
        block = 0
        used = 0
    }

    func free() {
        for memory in blocks { memory.deallocate() }
        blocks = []
        reset()
    }

    deinit { free() }

    private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        let rounded = (size + 15) & ~15
        while block < blocks.count {
            if used + rounded <= blocks[block].count {
                defer { used += rounded }
                return blocks[block].baseAddress?.advanced(by: used)
            }
            block += 1
            used = 0
        }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(Self.blockSize, rounded), alignment: 16)
        blocks.append(memory)
        used = rounded
        return memory.baseAddress
    }

    /// A copy of the text, valid until ``reset()``.
    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ content: [UInt8]) -> amqp_bytes_t { content.withUnsafeBytes { copy($0) } }

    private func copy(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard let base = source.baseAddress, source.count > 0, let target = allocate(source.count) else {
            return amqp_bytes_t(len: 0, bytes: nil)
        }
        target.copyMemory(from: base, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: target)
    }

    func table(_ values: [String: HeaderValue]) -> amqp_table_t {
        let size = MemoryLayout<amqp_table_entry_t>.stride * values.count
        guard !values.isEmpty, let memory = allocate(size) else { return amqp_table_t(num_entries: 0, entries: nil) }
        let entries = memory.bindMemory(to: amqp_table_entry_t.self, capacity: values.count)
        for (position, (key, value)) in values.enumerated() {
            entries[position] = amqp_table_entry_t(key: bytes(key), value: field(value))
        }
        return amqp_table_t(num_entries: Int32(values.count), entries: entries)
    }

    private func field(_ value: HeaderValue) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        switch value {
        case .string(let text):
            field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            field.value.bytes = bytes(text)
        case .integer(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            field.value.i64 = number
        case .double(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_F64.rawValue)
            field.value.f64 = number
        case .boolean(let flag):
            field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
            field.value.boolean = flag ? 1 : 0
        case .bytes(let content):
            field.kind = UInt8(AMQP_FIELD_KIND_BYTES.rawValue)
            field.value.bytes = bytes(content)
        case .timestamp(let seconds):
            field.kind = UInt8(AMQP_FIELD_KIND_TIMESTAMP.rawValue)
            field.value.u64 = seconds
        case .array(let values):
            field.kind = UInt8(AMQP_FIELD_KIND_ARRAY.rawValue)
            field.value.array = array(values)
        case .table(let values):
            field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
            field.value.table = table(values)
        case .null: field.kind = UInt8(AMQP_FIELD_KIND_VOID.rawValue)
        }
        return field
    }

    private func array(_ values: [HeaderValue]) -> amqp_array_t {
        let size = MemoryLayout<amqp_field_value_t>.stride * values.count
        guard !values.isEmpty, let memory = allocate(size) else { return amqp_array_t(num_entries: 0, entries: nil) }
        let entries = memory.bindMemory(to: amqp_field_value_t.self, capacity: values.count)
        for (position, value) in values.enumerated() { entries[position] = field(value) }
        return amqp_array_t(num_entries: Int32(values.count), entries: entries)
    }
}
