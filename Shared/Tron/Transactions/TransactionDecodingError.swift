public import ChainModel
public import Models

/// Why bytes are not a transaction that Busbar knows.
public enum TransactionDecodingError: Error, Sendable, Equatable {
    /// The bytes are not the protobuf message named.
    case notProtobuf(message: String)
    /// A transaction carries exactly one contract; this one has another count.
    case contractCount(Int)
    /// A contract type that Busbar does not handle, by its number.
    case unsupportedContract(type: Int)
    /// `Any.type_url` names another message than the contract's type.
    case contractTypeMismatch(type: ContractType, url: String)
    /// A field does not hold an address.
    case address(field: String, reason: TronAddress.ParseError)
    /// A resource code that is neither bandwidth nor energy.
    case resource(code: Int)
    /// A permission of unknown kind.
    case permissionKind(Int)
    /// `ref_block_bytes` is not two bytes, or `ref_block_hash` not eight.
    case referenceBlock

    /// The same bytes never decode later.
    public var isRetriable: Bool { false }
}
