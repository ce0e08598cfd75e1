internal import Models
internal import Tron

/// The purchasing wallet on the chain: signs payments beforehand, sends them as they were stored, and says what became
/// of them.
struct ChainPayer: Sendable {
    let node: any TronNode
    let wallet: PurchasingWallet

    /// How long a payment may enter a block. Nothing else is bought for the purchase before its end.
    static let lifetime = Duration.seconds(60)
    /// By then blocks after a payment's expiration are solid.
    static let solidity = Duration.seconds(60)
    /// Until then it may be open what became of a payment: its lifetime, the time until a block is solid, and some more.
    static let deadAfter = Duration.seconds(150)
    /// How long a call waits for a payment to enter a block: two blocks and a second.
    static let patience = Duration.seconds(7)
    /// For the bytes of the payment, when the wallet's bandwidth is used up.
    static let bytesReserve = Sun(1_000_000)

    /// - Throws: when chain or wallet are missing.
    init(_ id: SupplierID, _ surroundings: SupplierSurroundings) throws(SupplierSettingsError) {
        guard let node = surroundings.node else {
            throw SupplierSettingsError("supplier \(id): it is paid on chain, and there is no node")
        }
        guard let wallet = surroundings.wallet else {
            throw SupplierSettingsError("supplier \(id): it is paid on chain, and there is no purchasing wallet")
        }
        (self.node, self.wallet) = (node, wallet)
    }

    var address: TronAddress { wallet.address }

    /// A builder whose transactions differ from those of any other key, even in the same block.
    ///
    /// Nodes do not check a transaction's own time, so that it can carry what sets two equal payments apart.
    func builder(for key: OrderKey) async throws(SupplierFault) -> TransactionBuilder {
        var builder: TransactionBuilder
        do throws(NodeError) {
            builder = try await node.transactionBuilder(lifetime: Self.lifetime)
        } catch {
            throw SupplierFault(node: error)
        }
        let mark = Keccak256.hash(key.rawValue.utf8).prefix(5).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let earlier = Duration.milliseconds(mark % 1_000_000_000)
        builder.lifetime += earlier
        builder.time = builder.time - earlier
        return builder
    }

    /// Checks that the wallet can pay, before anything is signed.
    func checkBalance(for amount: Sun) async throws(SupplierFault) {
        let balance: Sun
        do throws(NodeError) {
            balance = try await node.account(address)?.balance ?? .zero
        } catch {
            throw SupplierFault(node: error)
        }
        guard let needed = amount.adding(Self.bytesReserve), balance >= needed else {
            throw SupplierFault(
                .insufficientBalance,
                .notSent,
                "the purchasing wallet has \(balance) sun, for a payment of \(amount)"
            )
        }
    }

    /// Checks that the receiver can be delegated to.
    func checkExists(_ receiver: TronAddress) async throws(SupplierFault) {
        do throws(NodeError) {
            guard try await node.account(receiver) == nil else { return }
        } catch {
            throw SupplierFault(node: error)
        }
        throw SupplierFault(.refused, .answered, "the receiver is not activated")
    }

    /// Sends the payment as it was stored, and waits until it is in a block.
    /// - Returns: what it did.
    /// - Throws: `refused` once it is certain that it never will be in one; a fault of stage `sent` where that is not known,
    ///   as it is not while some node merely has it in its pool.
    func send(_ payment: PreparedPurchase.Payment) async throws(SupplierFault) -> TransactionReceipt {
        let transaction: SignedTransaction
        do throws(TransactionDecodingError) {
            transaction = try SignedTransaction(bytes: payment.bytes)
        } catch {
            throw SupplierFault(.invalidRequest, .notSent, "the stored payment cannot be read: \(error)")
        }
        guard transaction.id == payment.transaction else {
            throw SupplierFault(.invalidRequest, .notSent, "the stored payment is another transaction")
        }
        let outcome = await node.submit(transaction)
        switch outcome {
        case .accepted, .duplicate:
            if let receipt = try await awaitBlock(payment) { return receipt }
            throw SupplierFault(.noAnswer, .sent, "the payment is in no block yet")
        case .unknown(let reason):
            if let receipt = try await awaitBlock(payment) { return receipt }
            throw SupplierFault(.noAnswer, .sent, "nobody knows whether the payment was taken: \(reason)")
        case .retrySameBytes, .definitelyRejected:
            // Earlier calls may have sent it: only the chain knows.
            switch try await fate(of: payment) {
            case .included(let receipt): return receipt
            case .undecided: throw SupplierFault(.noAnswer, .sent, "the payment was not taken: \(outcome)")
            case .never: throw SupplierFault(.refused, .answered, "the payment has expired without being on chain")
            }
        }
    }

    /// What the payment did.
    /// - Returns: `nil` when it never will be in a block, or is in none and that is no wonder yet.
    /// - Throws: a fault of stage `sent` when it should be decided and is not: the node is behind, and its ignorance means
    ///   nothing.
    func receipt(
        of payment: PreparedPurchase.Payment,
        _ now: Timestamp
    ) async throws(SupplierFault) -> TransactionReceipt? {
        switch try await fate(of: payment) {
        case .included(let receipt): return receipt
        case .never: return nil
        case .undecided:
            guard now <= payment.expiration + Self.solidity else {
                throw SupplierFault(.noAnswer, .sent, "the node's solid blocks are older than the payment's expiration")
            }
            return nil
        }
    }

    /// What became of the payment.
    func fate(of payment: PreparedPurchase.Payment) async throws(SupplierFault) -> TransactionFate {
        do throws(NodeError) {
            return try await node.fate(of: payment.transaction, expiring: payment.expiration)
        } catch {
            // By now it may have been sent.
            throw SupplierFault(.noAnswer, .sent, "\(error)")
        }
    }

    private func awaitBlock(_ payment: PreparedPurchase.Payment) async throws(SupplierFault) -> TransactionReceipt? {
        let end = ContinuousClock.now + Self.patience
        var pause = Duration.milliseconds(100)
        while true {
            if case .included(let receipt) = try await fate(of: payment) { return receipt }
            guard ContinuousClock.now + pause < end else { return nil }
            // Nodes tell nobody of their blocks.
            do {
                try await Task.sleep(for: pause)
            } catch {
                throw SupplierFault(.noAnswer, .sent, "cancelled")
            }
            pause = min(pause * 2, .seconds(1))
        }
    }
}

extension SupplierFault {
    /// A node that could not be asked before anything was signed.
    init(node error: NodeError) {
        switch error.code {
        case .unreachable, .circuitOpen: self.init(.notConnected, .notSent, "\(error)")
        case .timedOut: self.init(.timeout, .notSent, "\(error)")
        default: self.init(.unavailable, .notSent, "\(error)", retryAfter: error.retryAfter)
        }
    }

    /// The signer's rules forbid it.
    init(signing refusal: SigningRefusal) {
        self.init(.refused, .notSent, "the purchasing wallet does not sign this: \(refusal)")
    }

    /// The same fault after the money has left: no answer takes it back.
    var afterPayment: SupplierFault {
        var fault = self
        fault.stage = .sent
        return fault
    }
}

extension PreparedPurchase.Payment {
    /// A signed transaction as it is stored.
    init(_ transaction: SignedTransaction, expires: Timestamp, amount: Sun) {
        self.init(transaction: transaction.id, bytes: transaction.bytes, expiration: expires, amount: amount)
    }
}

extension PreparedPurchase {
    /// The payment, which every purchase that is paid on chain has.
    var paid: Payment {
        get throws(SupplierFault) {
            guard let payment else { throw SupplierFault(.invalidRequest, .notSent, "a purchase without a payment") }
            return payment
        }
    }
}
