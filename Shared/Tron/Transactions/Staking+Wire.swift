internal import ChainModel
internal import Models
internal import SwiftProtobuf

extension FreezeBalanceV2 {
    var wire: WireFreezeBalanceV2Contract {
        .with {
            $0.ownerAddress = owner.data
            $0.frozenBalance = amount.rawValue
            $0.resource = Int32(resource.rawValue)
        }
    }

    init(_ wire: WireFreezeBalanceV2Contract) throws(TransactionDecodingError) {
        self.init(
            owner: try TronAddress(wire.ownerAddress, field: "owner_address"),
            amount: Sun(rawValue: wire.frozenBalance),
            resource: try Resource(wire: wire.resource)
        )
    }
}

extension UnfreezeBalanceV2 {
    var wire: WireUnfreezeBalanceV2Contract {
        .with {
            $0.ownerAddress = owner.data
            $0.unfreezeBalance = amount.rawValue
            $0.resource = Int32(resource.rawValue)
        }
    }

    init(_ wire: WireUnfreezeBalanceV2Contract) throws(TransactionDecodingError) {
        self.init(
            owner: try TronAddress(wire.ownerAddress, field: "owner_address"),
            amount: Sun(rawValue: wire.unfreezeBalance),
            resource: try Resource(wire: wire.resource)
        )
    }
}

extension DelegateResource {
    var wire: WireDelegateResourceContract {
        .with {
            $0.ownerAddress = owner.data
            $0.resource = Int32(resource.rawValue)
            $0.balance = stake.rawValue
            $0.receiverAddress = receiver.data
            $0.lock = lock
            $0.lockPeriod = lockPeriod
        }
    }

    init(_ wire: WireDelegateResourceContract) throws(TransactionDecodingError) {
        self.init(
            owner: try TronAddress(wire.ownerAddress, field: "owner_address"),
            receiver: try TronAddress(wire.receiverAddress, field: "receiver_address"),
            resource: try Resource(wire: wire.resource),
            stake: Sun(rawValue: wire.balance),
            lock: wire.lock,
            lockPeriod: wire.lockPeriod
        )
    }
}

extension UnDelegateResource {
    var wire: WireUnDelegateResourceContract {
        .with {
            $0.ownerAddress = owner.data
            $0.resource = Int32(resource.rawValue)
            $0.balance = stake.rawValue
            $0.receiverAddress = receiver.data
        }
    }

    init(_ wire: WireUnDelegateResourceContract) throws(TransactionDecodingError) {
        self.init(
            owner: try TronAddress(wire.ownerAddress, field: "owner_address"),
            receiver: try TronAddress(wire.receiverAddress, field: "receiver_address"),
            resource: try Resource(wire: wire.resource),
            stake: Sun(rawValue: wire.balance)
        )
    }
}

extension VoteWitness {
    var wire: WireVoteWitnessContract {
        .with {
            $0.ownerAddress = owner.data
            $0.votes = votes.map { vote in
                .with {
                    $0.voteAddress = vote.witness.data
                    $0.voteCount = vote.count
                }
            }
        }
    }

    init(_ wire: WireVoteWitnessContract) throws(TransactionDecodingError) {
        var votes: [Vote] = []
        for vote in wire.votes {
            votes.append(
                Vote(witness: try TronAddress(vote.voteAddress, field: "vote_address"), count: vote.voteCount)
            )
        }
        self.init(owner: try TronAddress(wire.ownerAddress, field: "owner_address"), votes: votes)
    }
}
