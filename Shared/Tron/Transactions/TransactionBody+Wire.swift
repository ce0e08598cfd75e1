public import ChainModel
internal import Crypto
internal import FoundationEssentials
public import Models
internal import SwiftProtobuf

extension TransactionBody {
    /// `raw_data` in protobuf: what is hashed and signed.
    public var rawBytes: [UInt8] {
        WireTransactionRaw.with {
            $0.refBlockBytes = Data(referenceBlock.bytes)
            $0.refBlockHash = Data(referenceBlock.hashBytes)
            $0.expiration = expiration.milliseconds
            $0.data = Data(memo)
            $0.contract = [contract.wire(permissionID: permissionID)]
            $0.timestamp = timestamp.milliseconds
            $0.feeLimit = feeLimit.rawValue
        }.wireBytes
    }

    /// The transaction's id: SHA-256 of ``rawBytes``.
    public var id: TransactionID { .of(rawBytes: rawBytes) }

    /// Reads `raw_data`. Fields Busbar has no use for (authorities, scripts, provider) are ignored: keep the bytes
    /// themselves where the id matters.
    public init(rawBytes: some Collection<UInt8>) throws(TransactionDecodingError) {
        let wire = try WireTransactionRaw.read(Data(rawBytes))
        guard wire.contract.count == 1, let envelope = wire.contract.first else {
            throw .contractCount(wire.contract.count)
        }
        guard let reference = ReferenceBlock(bytes: wire.refBlockBytes, hash: wire.refBlockHash) else {
            throw .referenceBlock
        }
        self.init(
            contract: try Contract(envelope),
            referenceBlock: reference,
            expiration: Timestamp(milliseconds: wire.expiration),
            timestamp: Timestamp(milliseconds: wire.timestamp),
            feeLimit: Sun(rawValue: wire.feeLimit),
            memo: Array(wire.data),
            permissionID: Int(envelope.permissionID)
        )
    }
}

extension TransactionID {
    /// The id of a transaction with this `raw_data`.
    public static func of(rawBytes: some Collection<UInt8>) -> TransactionID {
        let digest = SHA256.hash(data: Array(rawBytes))
        guard let id = TransactionID(bytes: Array(digest)) else { preconditionFailure("a SHA-256 has 32 bytes") }
        return id
    }
}

extension Contract {
    fileprivate func wire(permissionID: Int) -> WireContract {
        .with {
            $0.type = Int32(type.rawValue)
            $0.parameter = .with {
                $0.typeURL = type.typeURL
                $0.value = Data(wireBytes)
            }
            $0.permissionID = Int32(clamping: permissionID)
        }
    }

    fileprivate init(_ wire: WireContract) throws(TransactionDecodingError) {
        guard let type = ContractType(rawValue: Int(wire.type)) else {
            throw .unsupportedContract(type: Int(wire.type))
        }
        guard wire.parameter.typeURL == type.typeURL else {
            throw .contractTypeMismatch(type: type, url: wire.parameter.typeURL)
        }
        try self.init(type: type, wireBytes: wire.parameter.value)
    }
}
