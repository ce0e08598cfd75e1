internal import Models

// swift-format-ignore: AlwaysUseLowerCamelCase
extension CatFee {
    /// A price in sun: a bare number, or a field of an object. The page that describes it does not show which.
    struct Estimate: Decodable {
        var total: Sun

        private enum Keys: String, CodingKey, CaseIterable {
            case pay_amount_sun
            case amount_sun
            case price_sun
        }

        init(from decoder: any Decoder) throws {
            if let number = try? decoder.singleValueContainer().decode(Int64.self) {
                total = Sun(number)
            } else {
                let fields = try decoder.container(keyedBy: Keys.self)
                guard let key = Keys.allCases.first(where: { fields.contains($0) }) else {
                    throw DecodingError.keyNotFound(
                        Keys.pay_amount_sun,
                        .init(codingPath: decoder.codingPath, debugDescription: "no price")
                    )
                }
                total = Sun(try fields.decode(Int64.self, forKey: key))
            }
            guard total > .zero else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "no price above zero")
                )
            }
        }
    }

    struct Account: Decodable {
        /// In sun.
        var balance: Sun
    }

    struct Order: Decodable {
        var id: String
        var status: String
        var confirm_status: String?
        var quantity: Int64?
        var delegate_hash: String?
        var pay_amount_sun: Int64?
        var activate_amount_sun: Int64?
        /// Milliseconds.
        var expired_timestamp: Int64?

        /// - Parameter isNew: whether it answers an order, so that what it says to be wrong means that there is none.
        func report(ordered: Energy, isNew: Bool) throws(SupplierFault) -> OrderReport {
            if isNew, let code = Self.refusals[status] { throw SupplierFault(code, .answered, status) }
            let delivered = quantity.map { Energy(max(0, $0)) } ?? ordered
            let charged = try charged
            let state: OrderReport.State
            switch (status, confirm_status ?? "UNCONFIRMED") {
            case ("DELEGATE_FAIL", _), (_, "DELEGATION_CONFIRMED_FAIL"): state = .failed(refunded: nil)
            case (let status, _) where Self.refusals[status] != nil: state = .failed(refunded: nil)
            case (_, "DELEGATION_CONFIRMED"), (_, "RECLAIM_CONFIRMED"), (_, "RECLAIM_CONFIRMED_FAIL"):
                state = delivered < ordered ? .partial(delivered) : .delivered
            case ("DELEGATE_SUCCESS", _): state = .delivering
            case ("PAYMENT_SUCCESS", _): state = .accepted
            default: throw SupplierFault(.badAnswer, .answered, "an unknown status")
            }
            return OrderReport(
                state: state,
                reference: id,
                delegations: delegate_hash.flatMap { TransactionID(hex: $0) }.map { [$0] } ?? [],
                charged: charged,
                energy: delivered,
                expires: expired_timestamp.flatMap { Self.times.contains($0) ? Timestamp(milliseconds: $0) : nil }
            )
        }

        /// From 1970 until 2100, in milliseconds.
        private static let times: ClosedRange<Int64> = 1...4_102_444_800_000

        private var charged: Sun? {
            get throws(SupplierFault) {
                guard let pay_amount_sun else { return nil }
                let activation = activate_amount_sun ?? 0
                guard pay_amount_sun >= 0, activation >= 0, let sum = Sun(pay_amount_sun).adding(Sun(activation)) else {
                    throw SupplierFault(.badAnswer, .answered, "an amount that cannot be")
                }
                return sum
            }
        }

        /// Words that stand in `status`, `sub_code` or `msg` when an order is not taken.
        static let refusals: [String: SupplierFault.Code] = [
            "INSUFFICIENT_BALANCE": .insufficientBalance, "QUANTITY_TOO_HIGH": .unavailable,
            "QUANTITY_TOO_LOW": .invalidRequest, "INVALID_ADDRESS": .invalidRequest,
            "ADDRESS_NOT_ACTIVATED": .refused, "ORDER_NOT_FOUND": .notFound, "MAINTENANCE": .maintenance,
            "UNAUTHORIZED": .unauthorized,
        ]
    }

    /// `{"code":0,"msg":…,"sub_code":…,"sub_msg":…,"data":…}`.
    struct Envelope<Result: Decodable>: Decodable {
        var data: Result

        static func data(
            of answer: SupplierAnswer,
            _ type: Result.Type,
            hiding secrets: [SupplierSecret]
        ) throws(SupplierFault) -> Result {
            if answer.status == 429 || answer.status >= 500, let fault = answer.fault { throw fault }
            if let refusal = try? JSONAnswer.read(Refusal.self, from: answer.body), refusal.code != 0 {
                throw refusal.fault(answer, hiding: secrets)
            }
            if let fault = answer.fault { throw fault }
            return try JSONAnswer.read(Self.self, from: answer.body).data
        }
    }

    struct Refusal: Decodable {
        var code: Int
        var msg: String?
        var sub_code: String?
        var sub_msg: String?

        /// Of the numbers only 9999 is published ("unknown: repeat with the same key"). Numbers from 500 on and words that are
        /// not known here may be an accident inside, after which the order may exist.
        func fault(_ answer: SupplierAnswer, hiding secrets: [SupplierSecret]) -> SupplierFault {
            let words = [sub_code, msg, sub_msg].compactMap(\.self).filter { !$0.isEmpty }
            let known = words.lazy.compactMap { Order.refusals[$0] }.first
            let byStatus = answer.fault?.code == .unauthorized ? SupplierFault.Code.unauthorized : .serverError
            let code = self.code >= 500 ? .serverError : known ?? byStatus
            let detail = secrets.hidden(in: "code \(self.code): \(words.joined(separator: ", "))")
            return SupplierFault(code, .answered, detail, retryAfter: answer.retryAfter)
        }
    }
}
