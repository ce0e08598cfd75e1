internal import ChainModel
internal import FoundationEssentials
internal import Models
internal import SwiftProtobuf

extension AccountPermissionUpdate {
    var wire: WireAccountPermissionUpdateContract {
        .with {
            $0.ownerAddress = owner.data
            if let ownerPermission { $0.owner = ownerPermission.wire }
            if let witnessPermission { $0.witness = witnessPermission.wire }
            $0.actives = activePermissions.map(\.wire)
        }
    }

    init(_ wire: WireAccountPermissionUpdateContract) throws(TransactionDecodingError) {
        var actives: [Permission] = []
        for permission in wire.actives { actives.append(try Permission(permission)) }
        self.init(
            owner: try TronAddress(wire.ownerAddress, field: "owner_address"),
            ownerPermission: wire.hasOwner ? try Permission(wire.owner) : nil,
            witnessPermission: wire.hasWitness ? try Permission(wire.witness) : nil,
            activePermissions: actives
        )
    }
}

extension Permission {
    fileprivate var wire: WirePermission {
        .with {
            $0.type = Int32(kind.rawValue)
            $0.id = Int32(clamping: id)
            $0.permissionName = name
            $0.threshold = threshold
            $0.operations = Data(operations)
            $0.keys = keys.map { key in
                .with {
                    $0.address = key.address.data
                    $0.weight = key.weight
                }
            }
        }
    }

    fileprivate init(_ wire: WirePermission) throws(TransactionDecodingError) {
        guard let kind = Kind(rawValue: Int(wire.type)) else { throw .permissionKind(Int(wire.type)) }
        var keys: [Key] = []
        for key in wire.keys {
            keys.append(Key(address: try TronAddress(key.address, field: "keys.address"), weight: key.weight))
        }
        self.init(
            kind: kind,
            id: Int(wire.id),
            name: wire.permissionName,
            threshold: wire.threshold,
            operations: Array(wire.operations),
            keys: keys
        )
    }
}
