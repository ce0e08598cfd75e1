public import Models

/// Who may sign what for an account: keys with weights, and a threshold their sum must reach.
public struct Permission: Sendable, Hashable {
    /// Which of an account's permissions this is. The raw value is the protocol's `PermissionType`.
    public enum Kind: Int, Sendable, Hashable {
        /// May do everything.
        case owner = 0
        /// Signs blocks.
        case witness = 1
        /// May do what its operations allow.
        case active = 2

        /// The protocol's own word: `Owner`, `Witness`, `Active`.
        public var name: String {
            switch self {
            case .owner: "Owner"
            case .witness: "Witness"
            case .active: "Active"
            }
        }
    }

    /// A key and what its signature weighs.
    public struct Key: Sendable, Hashable {
        /// The address of the key.
        public var address: TronAddress
        /// What its signature adds to the sum.
        public var weight: Int64

        /// A key and what its signature weighs.
        public init(address: TronAddress, weight: Int64) {
            self.address = address
            self.weight = weight
        }
    }

    /// Owner, witness or active.
    public var kind: Kind
    /// 0 owner, 1 witness, from 2 on active.
    public var id: Int
    /// Its name, at most 32 characters.
    public var name: String
    /// The sum of weights that makes a transaction valid.
    public var threshold: Int64
    /// 32 bytes, bit i of which (lowest first in byte i/8) allows contract type i. Empty unless active.
    public var operations: [UInt8]
    /// The keys, each address once.
    public var keys: [Key]

    /// All fields as the protocol has them.
    public init(kind: Kind, id: Int, name: String, threshold: Int64, operations: [UInt8] = [], keys: [Key]) {
        self.kind = kind
        self.id = id
        self.name = name
        self.threshold = threshold
        self.operations = operations
        self.keys = keys
    }

    /// Whether the contract type may be signed under this permission.
    public func allows(contractType: Int) -> Bool {
        guard kind == .active else { return kind == .owner }
        guard contractType >= 0, contractType / 8 < operations.count else { return false }
        return operations[contractType / 8] & (1 << UInt8(contractType % 8)) != 0
    }

    /// What the address's signature weighs here; 0 when it has no key.
    public func weight(of address: TronAddress) -> Int64 { keys.first { $0.address == address }?.weight ?? 0 }

    /// A new account's owner permission: its own key alone.
    public static func owner(of address: TronAddress) -> Permission {
        Permission(kind: .owner, id: 0, name: "owner", threshold: 1, keys: [Key(address: address, weight: 1)])
    }

    /// A new account's active permission: its own key alone, everything but changing permissions.
    public static func active(of address: TronAddress) -> Permission {
        Permission(
            kind: .active,
            id: 2,
            name: "active",
            threshold: 1,
            operations: defaultOperations,
            keys: [Key(address: address, weight: 1)]
        )
    }

    /// The operations of a new account's active permission, as on mainnet.
    public static let defaultOperations =
        [0x7f, 0xff, 0x1f, 0xc0, 0x03, 0x3e, 0xc3, 0x0f] + [UInt8](repeating: 0, count: 24)

    /// Contract types a permission may name at all: those of the default and AccountPermissionUpdate.
    public static let availableOperations =
        [0x7f, 0xff, 0x1f, 0xc0, 0x03, 0x7e, 0xc3, 0x0f] + [UInt8](repeating: 0, count: 24)

    /// The 32 bytes that allow these contract types.
    public static func operations(allowing types: some Sequence<Int>) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        for type in types where (0..<256).contains(type) { bytes[type / 8] |= 1 << UInt8(type % 8) }
        return bytes
    }
}
