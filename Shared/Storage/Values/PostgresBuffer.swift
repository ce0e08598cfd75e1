/// Bytes of parameters in the server's binary format, all in one block of memory.
public struct PostgresBuffer: Sendable {
    var bytes: [UInt8] = []

    /// Appends an integer in network order.
    public mutating func append(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends bytes as they are.
    public mutating func append(contentsOf other: some Collection<UInt8>) { bytes.append(contentsOf: other) }

    /// Appends a text's UTF-8.
    public mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Appends a big-endian 32-bit length, then what `body` writes, whose length it is.
    mutating func appendCounted(_ body: (inout PostgresBuffer) -> Void) {
        let start = bytes.count
        append(Int32(0))
        body(&self)
        let length = Int32(bytes.count - start - 4).bigEndian
        withUnsafeBytes(of: length) { source in
            for offset in 0..<4 { bytes[start + offset] = source[offset] }
        }
    }
}
