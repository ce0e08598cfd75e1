internal import ChainModel
internal import FoundationEssentials
internal import Models
internal import SwiftProtobuf

extension SwiftProtobuf.Message {
    /// This message in protobuf, fields in the order of their numbers.
    ///
    /// Serialising can fail only for required fields or a message beyond 2 GiB, and ours have neither.
    var wireBytes: [UInt8] {
        do { return try serializedBytes() } catch { preconditionFailure("cannot serialise \(Self.self): \(error)") }
    }

    static func read(_ bytes: Data) throws(TransactionDecodingError) -> Self {
        do {
            return try Self(serializedBytes: bytes)
        } catch {
            throw .notProtobuf(message: protoMessageName)
        }
    }
}

extension TronAddress {
    var data: Data { Data(bytes) }

    init(_ data: Data, field: String) throws(TransactionDecodingError) {
        do {
            try self.init(bytes: data)
        } catch {
            throw .address(field: field, reason: error)
        }
    }
}

extension Resource {
    init(wire code: Int32) throws(TransactionDecodingError) {
        guard let resource = Resource(rawValue: Int(code)) else { throw .resource(code: Int(code)) }
        self = resource
    }
}
