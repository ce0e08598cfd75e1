internal import ChainModel
internal import Models

/// How a node shows addresses and text: base58 and plain with `visible`, hexadecimal without.
struct Format: Sendable {
    var visible: Bool

    func address(_ address: TronAddress) -> JSON { .string(visible ? address.base58 : address.hex) }

    /// Text that the protocol carries as bytes.
    func text(_ bytes: [UInt8]) -> JSON { .string(visible ? String(decoding: bytes, as: UTF8.self) : bytes.hex) }
}

/// An answer of a node in place of a result: `{"Error":"class … : reason"}` with status 200.
struct NodeError: Error {
    var exception: String
    var reason: String

    var json: JSON { ["Error": .string("class \(exception) : \(reason)")] }

    static func argument(_ reason: String) -> NodeError {
        NodeError(exception: "java.lang.IllegalArgumentException", reason: reason)
    }

    static func validation(_ rejection: Rejection) -> NodeError {
        NodeError(exception: "org.tron.core.exception.ContractValidateException", reason: rejection.reason)
    }
}

/// The fields of a request, read as a node reads them.
struct Query: Sendable {
    let fields: JSON
    let format: Format

    init(_ fields: JSON) {
        self.fields = fields
        format = Format(visible: fields["visible"]?.bool ?? false)
    }

    /// The address in that field, in the request's own form.
    func address(_ key: String) throws(NodeError) -> TronAddress {
        guard let text = fields[key]?.string, !text.isEmpty else { throw .argument("\(key) isn't set.") }
        return try Self.address(text, format)
    }

    static func address(_ text: String, _ format: Format) throws(NodeError) -> TronAddress {
        do {
            return try format.visible ? TronAddress(base58: text) : TronAddress(hex: text)
        } catch {
            throw .argument(format.visible ? "INVALID base58 String, \(text)" : "INVALID hex String")
        }
    }

    func int(_ key: String) throws(NodeError) -> Int64 {
        guard let value = fields[key] else { return 0 }
        guard let number = value.int else { throw .argument("\(key) is not a whole number") }
        return number
    }

    func string(_ key: String) -> String { fields[key]?.string ?? "" }

    func bool(_ key: String) -> Bool { fields[key]?.bool ?? false }

    func bytes(_ key: String) throws(NodeError) -> [UInt8] {
        let text = string(key)
        guard let bytes = [UInt8](hex: text.hasPrefix("0x") ? String(text.dropFirst(2)) : text) else {
            throw .argument("\(key) is not hexadecimal")
        }
        return bytes
    }

    /// A resource by word or number; none is BANDWIDTH.
    func resource(_ key: String) throws(NodeError) -> Resource { try Self.resource(fields[key]) }

    static func resource(_ value: JSON?) throws(NodeError) -> Resource {
        guard let value else { return .bandwidth }
        if let word = value.string, let resource = Resource(code: word) { return resource }
        if let number = value.int, let resource = Resource(rawValue: Int(clamping: number)) { return resource }
        throw .argument("Invalid resource, expected one of [BANDWIDTH, ENERGY]")
    }

    func transactionID(_ key: String) throws(NodeError) -> TransactionID? { TransactionID(bytes: try bytes(key)) }
}
