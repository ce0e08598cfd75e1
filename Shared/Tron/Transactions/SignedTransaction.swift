public import ChainModel
internal import FoundationEssentials
public import Models
internal import SwiftProtobuf

/// A transaction as it travels: the raw data exactly as signed, and its signatures.
public struct SignedTransaction: Sendable, Hashable {
    /// `raw_data`, byte for byte.
    public let rawBytes: [UInt8]
    /// One of 65 bytes (`r‖s‖v`) per key; what came from outside may have any length.
    public let signatures: [[UInt8]]
    /// SHA-256 of ``rawBytes``: does not depend on the signatures.
    public let id: TransactionID

    /// Raw data and signatures as they are.
    public init(rawBytes: [UInt8], signatures: [[UInt8]]) {
        self.rawBytes = rawBytes
        self.signatures = signatures
        id = .of(rawBytes: rawBytes)
    }

    /// Reads the whole `Transaction` message, as `broadcasthex` takes it; results in it are dropped.
    public init(bytes: some Collection<UInt8>) throws(TransactionDecodingError) {
        let wire = try WireTransaction.read(Data(bytes))
        self.init(rawBytes: Array(wire.rawData), signatures: wire.signature.map { Array($0) })
    }

    /// The whole `Transaction` message without results, as `broadcasthex` takes it.
    public var bytes: [UInt8] {
        WireTransaction.with {
            $0.rawData = Data(rawBytes)
            $0.signature = signatures.map { Data($0) }
        }.wireBytes
    }

    /// What the network charges for: ``bytes`` and 64 for the result (java-tron `BandwidthProcessor`).
    public var bandwidth: Bandwidth { Bandwidth(Int64(bytes.count) + BandwidthCharge.resultBytes) }

    /// What the raw data say.
    public func body() throws(TransactionDecodingError) -> TransactionBody { try TransactionBody(rawBytes: rawBytes) }
}
