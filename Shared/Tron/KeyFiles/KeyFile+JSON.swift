internal import FoundationEssentials
internal import Models

extension KeyFile {
    private struct Document: Codable {
        struct Derivation: Codable {
            var name: String
            var rounds: Int
            var blockSize: Int
            var parallelism: Int
            var salt: String
        }

        struct Cipher: Codable {
            var name: String
            var nonce: String
            var text: String
            var tag: String
        }

        var version: Int
        var address: TronAddress
        var kdf: Derivation
        var cipher: Cipher
    }

    private struct Versioned: Decodable { var version: Int }

    /// The file's contents.
    public var json: [UInt8] {
        let document = Document(
            version: Self.version,
            address: address,
            kdf: .init(
                name: "scrypt",
                rounds: cost.rounds,
                blockSize: cost.blockSize,
                parallelism: cost.parallelism,
                salt: salt.hex
            ),
            cipher: .init(name: "aes-256-gcm", nonce: nonce.hex, text: ciphertext.hex, tag: tag.hex)
        )
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("strings and integers always encode: \(error)")
        }
    }

    /// Reads a file's contents.
    public init(json: some Collection<UInt8>) throws(KeyFileError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let document: Document
        do {
            let version = try decoder.decode(Versioned.self, from: Data(json)).version
            guard version == Self.version else { throw KeyFileError.unsupportedVersion(version) }
            document = try decoder.decode(Document.self, from: Data(json))
        } catch let error as KeyFileError {
            throw error
        } catch {
            throw .malformed(reason: Self.brief(error))
        }
        guard document.kdf.name == "scrypt" else { throw .malformed(reason: "kdf is not scrypt") }
        guard document.cipher.name == "aes-256-gcm" else { throw .malformed(reason: "cipher is not aes-256-gcm") }
        guard let salt = [UInt8](hex: document.kdf.salt), salt.count >= 16, salt.count <= 64 else {
            throw .malformed(reason: "kdf.salt is not 16 to 64 bytes")
        }
        guard let nonce = [UInt8](hex: document.cipher.nonce), nonce.count == 12 else {
            throw .malformed(reason: "cipher.nonce is not 12 bytes")
        }
        guard let text = [UInt8](hex: document.cipher.text), text.count == 32 else {
            throw .malformed(reason: "cipher.text is not 32 bytes")
        }
        guard let tag = [UInt8](hex: document.cipher.tag), tag.count == 16 else {
            throw .malformed(reason: "cipher.tag is not 16 bytes")
        }
        let cost = Cost(
            rounds: document.kdf.rounds,
            blockSize: document.kdf.blockSize,
            parallelism: document.kdf.parallelism
        )
        guard cost.isAcceptable else { throw .malformed(reason: "scrypt parameters out of range") }
        self.init(address: document.address, cost: cost, salt: salt, nonce: nonce, ciphertext: text, tag: tag)
    }

    /// Reads a file that only its owner may read (mode 0600 or less).
    public init(path: String) throws(KeyFileError) {
        let file: PrivateFile
        do {
            file = try PrivateFile(reading: path, forbidden: 0o077, limit: 16_384)
        } catch {
            switch error {
            case .system(let reason): throw .file(path: path, reason: reason)
            case .mode(let mode): throw .exposed(path: path, mode: mode)
            case .tooLarge: throw .malformed(reason: "larger than 16 KiB")
            }
        }
        try self.init(json: file.bytes)
    }

    /// Makes a new file of mode 0600; never replaces one.
    public func write(path: String) throws(KeyFileError) {
        do {
            try PrivateFile.create(path, json)
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
    }

    private static func brief(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "not JSON" }
        return switch error {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "not a JSON object" : context.codingPath.map(\.stringValue).joined(separator: ".") + " is malformed"
        @unknown default: "not a key file"
        }
    }
}
