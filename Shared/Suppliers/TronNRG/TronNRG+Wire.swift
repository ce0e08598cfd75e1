internal import FoundationEssentials
internal import Models

// swift-format-ignore: AlwaysUseLowerCamelCase
extension TronNRG {
    /// What `GET /supply` says. Of its names only `pay_to` is published; the figures have published values besides.
    struct Supply: Decodable {
        var pay_to: String
        var energy_per_trx: Int64?
        var min_trx: Int64?
        var max_trx: Int64?
        var available_energy: Int64?

        /// What so much energy costs, or `nil` when that is more than may be paid at once.
        func price(of energy: Energy) -> Sun? {
            let perTRX = energy_per_trx ?? 16_250
            guard perTRX > 0, perTRX < 1_000_000_000,
                let exact = scaledUp(energy.rawValue, by: Sun.trx.rawValue, over: perTRX)
            else { return nil }
            let least = min(max(min_trx ?? 4, 0), 1_000_000_000) * Sun.trx.rawValue
            let most = min(max(max_trx ?? 1000, 0), 1_000_000_000) * Sun.trx.rawValue
            let amount = max(exact, least)
            return amount <= most ? Sun(amount) : nil
        }
    }

    struct Claim: Encodable {
        var tx_hash: String
        var delegate_to: String
        var signature: String
    }

    /// An answer of status 200. `status` and `ref` are published, and that it carries the hashes of the delegations; under
    /// which name is not, so that every hash in it counts that is not the payment's.
    struct Delegated {
        private var status: String
        private var energy: Int64?
        private var hashes: [TransactionID]

        init(_ body: [UInt8], payment: TransactionID) throws(SupplierFault) {
            struct Wire: Decodable {
                var status: String
                var energy: Int64?
            }
            let wire = try JSONAnswer.read(Wire.self, from: body)
            let tree = try JSONAnswer.read(HashTree.self, from: body)
            (status, energy) = (wire.status, wire.energy)
            hashes = Array(tree.hashes.filter { $0 != payment }.prefix(32))
        }

        func report(_ purchase: PreparedPurchase, _ now: Timestamp) throws(SupplierFault) -> OrderReport {
            let payment = try purchase.paid
            let delivered = energy.map { Energy(max(0, $0)) } ?? purchase.energy
            var state = OrderReport.State.delivering
            if status == "delegated" { state = delivered < purchase.energy ? .partial(delivered) : .delivered }
            return OrderReport(
                state: state,
                reference: payment.transaction.hex,
                delegations: hashes,
                charged: payment.amount,
                energy: delivered,
                expires: status == "delegated" ? now + purchase.duration : nil
            )
        }
    }

    /// `{"error":…,"message":…,"ref"?:…,"refund"?:…}`.
    struct Refusal {
        private struct Wire: Decodable {
            struct Refund: Decodable {}
            var error: String
            var message: String?
            var refund: Refund?
        }

        private var answer: SupplierAnswer
        private var error: String
        private var message: String
        private var isRefundAnnounced: Bool

        init(_ answer: SupplierAnswer) {
            self.answer = answer
            let wire = try? JSONAnswer.read(Wire.self, from: answer.body)
            error = wire?.error ?? ""
            message = wire?.message ?? ""
            isRefundAnnounced = wire?.refund != nil
        }

        /// What it means for a payment that is on chain. A refusal for good is a report: the money is with the supplier.
        func report(_ purchase: PreparedPurchase) throws(SupplierFault) -> OrderReport {
            let payment = try purchase.paid
            func report(_ state: OrderReport.State) -> OrderReport {
                OrderReport(
                    state: state,
                    reference: payment.transaction.hex,
                    charged: payment.amount,
                    energy: purchase.energy
                )
            }
            switch error {
            case "hash_already_used": return report(.delivered)
            case "payment_verification_failed" where answer.status == 404: return report(.accepted)
            case "below_minimum", "delegation_failed", "payment_verification_failed":
                // Without a refund, a failure on its side may still be mended by asking again. One that is announced is
                // none before the chain shows it.
                if answer.status < 500 || isRefundAnnounced { return report(.failed(refunded: nil)) }
            case "invalid_signature", "signature_mismatch", "missing_signature", "invalid_address", "invalid_tx_hash":
                return report(.failed(refunded: false))
            default: break
            }
            var fault = answer.fault ?? SupplierFault(.badAnswer, .answered, "HTTP status \(answer.status)")
            if !error.isEmpty { fault.detail = String("\(error): \(message)".prefix(500)) }
            throw fault
        }
    }
}

/// Every transaction id that stands somewhere in a JSON value, in order.
private struct HashTree: Decodable {
    var hashes: [TransactionID] = []

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let fields = try? decoder.container(keyedBy: Name.self) {
            for name in fields.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
                hashes += try fields.decode(HashTree.self, forKey: name).hashes
            }
        } else if var list = try? decoder.unkeyedContainer() {
            while !list.isAtEnd { hashes += try list.decode(HashTree.self).hashes }
        } else if let text = try? decoder.singleValueContainer().decode(String.self), text.utf8.count == 64,
            let hash = TransactionID(hex: text)
        {
            hashes = [hash]
        }
    }
}
