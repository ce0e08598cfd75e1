public import Models

extension UUIDv7: PostgresValue {
    public static var postgresType: PostgresType { .uuid }

    public func write(to buffer: inout PostgresBuffer) {
        buffer.append(high)
        buffer.append(low)
    }

    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> UUIDv7 {
        let bytes = try cell.value()
        guard cell.type == .uuid else { throw .type }
        guard bytes.count == 16 else { throw .malformed("\(bytes.count) bytes") }
        return UUIDv7(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }
}

/// Microseconds on the wire; a fraction of a millisecond is dropped when read.
extension Timestamp: PostgresValue {
    public static var postgresType: PostgresType { .timestamptz }

    /// 2000-01-01 in milliseconds since 1970.
    private static var epoch: Int64 { 946_684_800_000 }

    public func write(to buffer: inout PostgresBuffer) {
        // What the server cannot hold becomes its own infinity.
        let (micros, overflow) = (milliseconds &- Self.epoch).multipliedReportingOverflow(by: 1000)
        buffer.append(overflow ? (milliseconds < 0 ? Int64.min : Int64.max) : micros)
    }

    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Timestamp {
        guard cell.bytes != nil else { throw .null }
        guard cell.type == .timestamptz || cell.type == .timestamp else { throw .type }
        let micros = try cell.integer(Int64.self)
        guard micros != .max, micros != .min else { throw .malformed("infinity") }
        let (quotient, remainder) = micros.quotientAndRemainder(dividingBy: 1000)
        return Timestamp(milliseconds: (remainder < 0 ? quotient - 1 : quotient) + epoch)
    }
}

extension Quantity where Self: PostgresEncodable {
    public static var postgresType: PostgresType { .int8 }
    public func write(to buffer: inout PostgresBuffer) { buffer.append(rawValue) }
}

extension Quantity where Self: PostgresDecodable {
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Self {
        Self(rawValue: try cell.anyInteger())
    }
}

extension Sun: PostgresValue {}
extension Energy: PostgresValue {}
extension Bandwidth: PostgresValue {}

/// Stored as its units, a `bigint`.
extension TokenAmount: PostgresValue {
    public static var postgresType: PostgresType { .int8 }
    public func write(to buffer: inout PostgresBuffer) { buffer.append(units) }

    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> TokenAmount {
        guard let amount = TokenAmount(units: try cell.anyInteger()) else { throw .malformed("negative amount") }
        return amount
    }
}

extension PartnerID: PostgresValue {
    public static var postgresType: PostgresType { .text }
    public func write(to buffer: inout PostgresBuffer) { buffer.append(rawValue) }

    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> PartnerID {
        guard let id = PartnerID(try String.read(cell)) else { throw .malformed("not a partner's name") }
        return id
    }
}

extension WithdrawalID: PostgresValue {
    public static var postgresType: PostgresType { .text }
    public func write(to buffer: inout PostgresBuffer) { buffer.append(rawValue) }

    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> WithdrawalID {
        guard let id = WithdrawalID(try String.read(cell)) else { throw .malformed("not a withdrawal's name") }
        return id
    }
}

/// Stored as the 21 bytes of the protocol.
extension TronAddress: PostgresValue {
    public static var postgresType: PostgresType { .bytea }

    public func write(to buffer: inout PostgresBuffer) {
        let words = words
        buffer.append(UInt8(0x41))
        buffer.append(words.0)
        buffer.append(words.1)
        buffer.append(words.2)
    }

    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> TronAddress {
        let bytes = try cell.value()
        guard cell.type == .bytea else { throw .type }
        guard bytes.count == 21, bytes[0] == 0x41 else { throw .malformed("not an address of 21 bytes") }
        return TronAddress(
            words: (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 9, as: UInt64.self)),
                UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 17, as: UInt32.self))
            )
        )
    }
}

/// Stored as its 32 bytes.
extension TransactionID: PostgresValue {
    public static var postgresType: PostgresType { .bytea }
    public func write(to buffer: inout PostgresBuffer) { buffer.append(contentsOf: bytes) }

    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> TransactionID {
        let bytes = try cell.value()
        guard cell.type == .bytea else { throw .type }
        guard let id = TransactionID(bytes: bytes) else { throw .malformed("\(bytes.count) bytes, not 32") }
        return id
    }
}

extension WithdrawalState: PostgresValue {}
extension AllocationState: PostgresValue {}
extension AcquisitionState: PostgresValue {}
extension AttemptState: PostgresValue {}
extension AllocationMethod: PostgresValue {}
extension ShortageOption: PostgresValue {}
extension Urgency: PostgresValue {}
extension RejectionReason: PostgresValue {}
