internal import ChainModel
internal import Models

/// An address in a node's answer: 42 hexadecimal digits, or base58check where `visible` was set.
struct WireAddress: Decodable {
    var value: TronAddress

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do throws(TronAddress.ParseError) {
            value = text.utf8.first == UInt8(ascii: "T") ? try TronAddress(base58: text) : try TronAddress(hex: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an address: \(error)")
        }
    }
}

/// Bytes in hexadecimal.
struct WireBytes: Decodable {
    var value: [UInt8]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = [UInt8](hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal")
        }
        value = bytes
    }
}

/// A block's id in hexadecimal.
struct WireBlockID: Decodable {
    var value: BlockID

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = [UInt8](hex: try container.decode(String.self)), let id = BlockID(bytes: bytes) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a block id")
        }
        value = id
    }
}

extension Timestamp {
    /// Milliseconds as a node gives them; zero, which it omits, stands for never.
    init?(wire milliseconds: Int64?) {
        guard let milliseconds, milliseconds != 0 else { return nil }
        self.init(milliseconds: milliseconds)
    }
}

extension Sun {
    init(wire value: Int64?) { self.init(rawValue: value ?? 0) }
}
