internal import Crypto
internal import FoundationEssentials
public import Models

/// A private key at rest: encrypted with AES-256-GCM under a key that scrypt derives from a password. The address stands in
/// clear, for listing, and is authenticated together with all parameters.
public struct KeyFile: Sendable, Hashable {
    /// What scrypt costs. Memory is `128 · rounds · blockSize` bytes.
    public struct Cost: Sendable, Hashable, Codable {
        /// A power of two.
        public var rounds: Int
        /// `r` of RFC 7914.
        public var blockSize: Int
        /// `p` of RFC 7914.
        public var parallelism: Int

        /// 64 MiB, twice: OWASP's recommendation of 2023 for scrypt.
        public static let standard = Cost(rounds: 1 << 16, blockSize: 8, parallelism: 2)
        /// For tests alone: no protection to speak of.
        public static let negligible = Cost(rounds: 16, blockSize: 1, parallelism: 1)

        /// All three parameters.
        public init(rounds: Int, blockSize: Int, parallelism: Int) {
            self.rounds = rounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// Whether scrypt takes them and they ask for at most 256 MiB and some seconds.
        var isAcceptable: Bool {
            (2...1 << 20).contains(rounds) && rounds & (rounds - 1) == 0 && (1...64).contains(blockSize)
                && (1...16).contains(parallelism) && rounds * blockSize * 128 <= 256 << 20
        }
    }

    /// Whose key it is.
    public let address: TronAddress
    /// What opening it costs.
    public let cost: Cost
    let salt: [UInt8]
    let nonce: [UInt8]
    let ciphertext: [UInt8]
    let tag: [UInt8]

    /// The version written.
    public static let version = 1

    init(address: TronAddress, cost: Cost, salt: [UInt8], nonce: [UInt8], ciphertext: [UInt8], tag: [UInt8]) {
        self.address = address
        self.cost = cost
        self.salt = salt
        self.nonce = nonce
        self.ciphertext = ciphertext
        self.tag = tag
    }

    /// Encrypts a key. Takes the time `cost` asks for, on the calling thread.
    public init(
        sealing key: PrivateKey,
        password: Password,
        cost: Cost = .standard
    ) throws(KeyFileError) {
        var generator = SystemRandomNumberGenerator()
        func random(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        }
        let salt = random(32)
        let nonce = random(12)
        let wrapping = try Self.wrappingKey(password, salt: salt, cost: cost)
        let authenticated = Self.authenticated(address: key.address, cost: cost, salt: salt)
        do {
            let box = try key.withSecret { secret in
                try AES.GCM.seal(
                    secret,
                    using: wrapping,
                    nonce: try AES.GCM.Nonce(data: nonce),
                    authenticating: authenticated
                )
            }
            self.init(
                address: key.address,
                cost: cost,
                salt: salt,
                nonce: nonce,
                ciphertext: Array(box.ciphertext),
                tag: Array(box.tag)
            )
        } catch {
            throw .malformed(reason: "cannot encrypt: \(error)")
        }
    }

    /// Decrypts the key. Takes the time its cost asks for, on the calling thread.
    public func open(password: Password) throws(KeyFileError) -> PrivateKey {
        let wrapping = try Self.wrappingKey(password, salt: salt, cost: cost)
        let authenticated = Self.authenticated(address: address, cost: cost, salt: salt)
        var plain: Data
        do {
            let box = try AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext, tag: tag)
            plain = try AES.GCM.open(box, using: wrapping, authenticating: authenticated)
        } catch {
            throw .wrongPassword(address: address)
        }
        defer { plain.resetBytes(in: plain.startIndex..<plain.endIndex) }
        guard let key = PrivateKey(bytes: plain), key.address == address else { throw .wrongKey(address: address) }
        return key
    }

    private static func authenticated(address: TronAddress, cost: Cost, salt: [UInt8]) -> [UInt8] {
        let parameters = "busbar-key \(version) \(address) scrypt \(cost.rounds) \(cost.blockSize) \(cost.parallelism) "
        return Array((parameters + salt.hex).utf8)
    }
}
