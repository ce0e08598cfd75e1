public import Models

extension UUIDv7: PostgresValue {
    /// `uuid`, whose order in the server is that of time.
    public static var postgresType: PostgresType { .uuid }

    /// 16 bytes, the highest first.
    public func write(to buffer: inout PostgresBuffer) {
        buffer.append(high)
        buffer.append(low)
    }

    /// Reads `uuid` of any version: what others wrote need not be of version 7.
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
    /// `timestamptz`.
    public static var postgresType: PostgresType { .timestamptz }

    /// 2000-01-01 in milliseconds since 1970.
    private static var epoch: Int64 { 946_684_800_000 }

    /// Microseconds since 2000-01-01 UTC in 64 bits.
    public func write(to buffer: inout PostgresBuffer) {
        // What 64 bits cannot hold becomes the server's infinity; what they hold and it cannot, it refuses.
        let (micros, overflow) = (milliseconds &- Self.epoch).multipliedReportingOverflow(by: 1000)
        buffer.append(overflow ? (milliseconds < 0 ? Int64.min : Int64.max) : micros)
    }

    /// Reads `timestamptz`, and `timestamp` as UTC. Infinity is malformed.
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
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }

    /// The number in the quantity's own unit; the column's name should tell which.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(rawValue) }
}

extension Quantity where Self: PostgresDecodable {
    /// Reads an integer column of any width, and takes it to be in the quantity's unit. Negative numbers pass.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> Self {
        Self(rawValue: try cell.anyInteger())
    }
}

extension Sun: PostgresValue {}
extension Energy: PostgresValue {}
extension Bandwidth: PostgresValue {}

/// Stored as its units, a `bigint`.
extension TokenAmount: PostgresValue {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }

    /// Millionths of a token.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(units) }

    /// Reads an integer column of any width as millionths; a negative one is malformed.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> TokenAmount {
        guard let amount = TokenAmount(units: try cell.anyInteger()) else { throw .malformed("negative amount") }
        return amount
    }
}

extension PartnerID: PostgresValue {
    /// `text`.
    public static var postgresType: PostgresType { .text }

    /// The name in ASCII, without a terminator.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(rawValue) }

    /// Reads any text; malformed unless it is `[a-z0-9_-]{1,32}`.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> PartnerID {
        guard let id = PartnerID(try String.read(cell)) else { throw .malformed("not a partner's name") }
        return id
    }
}

extension WithdrawalID: PostgresValue {
    /// `text`.
    public static var postgresType: PostgresType { .text }

    /// The name in ASCII, without a terminator.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(rawValue) }

    /// Reads any text; malformed unless it is 1 to 64 printable ASCII characters without blanks.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> WithdrawalID {
        guard let id = WithdrawalID(try String.read(cell)) else { throw .malformed("not a withdrawal's name") }
        return id
    }
}

extension SupplierID: PostgresValue {
    /// `text`.
    public static var postgresType: PostgresType { .text }

    /// The name in ASCII, without a terminator.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(rawValue) }

    /// Reads any text; malformed unless it is `[a-z0-9_-]{1,32}`.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> SupplierID {
        guard let id = SupplierID(try String.read(cell)) else { throw .malformed("not a supplier's name") }
        return id
    }
}

/// Stored as the 21 bytes of the protocol.
extension TronAddress: PostgresValue {
    /// `bytea`.
    public static var postgresType: PostgresType { .bytea }

    /// 0x41, then the 20 bytes of the account.
    public func write(to buffer: inout PostgresBuffer) {
        let words = words
        buffer.append(UInt8(0x41))
        buffer.append(words.0)
        buffer.append(words.1)
        buffer.append(words.2)
    }

    /// Reads `bytea` of 21 bytes with 0x41 first; anything else is malformed.
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
    /// `bytea`.
    public static var postgresType: PostgresType { .bytea }

    /// The hash as it is, 32 bytes.
    public func write(to buffer: inout PostgresBuffer) { buffer.append(contentsOf: bytes) }

    /// Reads `bytea` of 32 bytes; any other length is malformed.
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
extension ShortageReason: PostgresValue {}
