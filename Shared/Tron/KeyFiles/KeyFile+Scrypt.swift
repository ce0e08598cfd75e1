internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

extension KeyFile {
    static func wrappingKey(_ password: Password, salt: [UInt8], cost: Cost) throws(KeyFileError) -> SymmetricKey {
        guard cost.isAcceptable else { throw .malformed(reason: "scrypt parameters out of range") }
        do {
            return try password.secret.withBytes { bytes in
                try KDF.Scrypt.deriveKey(
                    from: bytes,
                    salt: salt,
                    outputByteCount: 32,
                    rounds: cost.rounds,
                    blockSize: cost.blockSize,
                    parallelism: cost.parallelism
                )
            }
        } catch {
            throw .malformed(reason: "cannot derive a key: \(error)")
        }
    }
}
