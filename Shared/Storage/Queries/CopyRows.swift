/// Rows for `COPY … FROM STDIN`, encoded as they are appended into one block of memory.
public struct CopyRows: Sendable {
    private(set) var buffer = PostgresBuffer()
    /// How many rows there are.
    public private(set) var count = 0

    /// No rows yet: the signature of COPY's binary format, flags and extension 0.
    public init() {
        buffer.append(contentsOf: Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00])
        buffer.append(Int32(0))
        buffer.append(Int32(0))
    }

    /// Appends a row. COPY converts nothing: the values must be of the columns' very types.
    public mutating func append<each Column: PostgresEncodable>(_ value: repeat each Column) {
        var columns: Int16 = 0
        for _ in repeat (each Column).self { columns += 1 }
        buffer.append(columns)
        for field in repeat each value { append(field) }
        count += 1
    }

    private mutating func append(_ field: some PostgresEncodable) {
        if field.isNull {
            buffer.append(Int32(-1))
        } else {
            buffer.appendCounted { field.write(to: &$0) }
        }
    }

    /// With the trailer that ends the data.
    var finished: [UInt8] { buffer.bytes + [0xFF, 0xFF] }
}
