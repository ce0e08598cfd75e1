internal import Models

// swift-format-ignore: AlwaysUseLowerCamelCase
extension TronZap {
    struct Calculation: Encodable {
        var address: String
        var amount: Int64
        /// Hours.
        var duration: Int64

        struct Answer: Decodable {
            var amount: Count?
            var price: TRXAmount
            var activation_fee: TRXAmount?
            var total: TRXAmount?
        }
    }

    struct NewOrder: Encodable {
        struct Params: Encodable {
            struct Amounts: Encodable {
                var energy: Int64
            }

            var address: String
            var amounts: Amounts
            /// Hours.
            var duration: Int64
            var activate_address: Bool?
        }

        var external_id: String
        var service = "energy"
        var params: Params
    }

    struct Balance: Decodable {
        var balance: TRXAmount
    }

    struct Transaction: Decodable {
        var id: Text
        var status: String
        var amount: TRXAmount?
        var hash: String?

        var report: OrderReport {
            get throws(SupplierFault) {
                let state: OrderReport.State
                switch status {
                case "new": state = .accepted
                case "pending": state = .delivering
                case "success": state = .delivered
                case "failed": state = .failed(refunded: nil)
                default: throw SupplierFault(.badAnswer, .answered, "an unknown status")
                }
                return OrderReport(
                    state: state,
                    reference: id.value,
                    delegations: hash.flatMap { TransactionID(hex: $0) }.map { [$0] } ?? [],
                    charged: amount?.sun
                )
            }
        }
    }

    /// A whole number in a string or a number.
    struct Count: Decodable {
        var value: Int64

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                value = number
            } else if let number = Int64(try container.decode(String.self)) {
                value = number
            } else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a whole number")
            }
        }
    }

    /// A name in a string or a number.
    struct Text: Decodable {
        var value: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            value = try (try? container.decode(String.self)) ?? String(container.decode(Int64.self))
        }
    }

    /// `{"code":0,"request_id":…,"result":…}`, or a code with key and error.
    struct Envelope<Result: Decodable>: Decodable {
        var result: Result

        static func result(
            of answer: SupplierAnswer,
            _ type: Result.Type,
            hiding secrets: [SupplierSecret]
        ) throws(SupplierFault) -> Result {
            if answer.status == 429 || answer.status >= 500, let fault = answer.fault { throw fault }
            if let refusal = try? JSONAnswer.read(Refusal.self, from: answer.body), refusal.code != 0 {
                throw refusal.fault(answer.retryAfter, hiding: secrets)
            }
            if let fault = answer.fault { throw fault }
            return try JSONAnswer.read(Self.self, from: answer.body).result
        }
    }

    struct Refusal: Decodable {
        var code: Int
        var key: String?
        var error: String?
        var request_id: String?

        /// Codes of the service: docs.tronzap.com and `ErrorCode` of the SDK. One that is not known may mean anything.
        func fault(_ retryAfter: Duration?, hiding secrets: [SupplierSecret]) -> SupplierFault {
            let meaning: SupplierFault.Code =
                switch code {
                case 1: .unauthorized
                case 2, 10, 11, 12, 50: .invalidRequest
                case 5, 24, 25: .refused
                case 6: .insufficientBalance
                case 20: .notFound
                case 35: .unavailable
                default: .serverError
                }
            let words = [key, error, request_id.map { "request \($0)" }].compactMap(\.self).joined(separator: ", ")
            return SupplierFault(
                meaning,
                .answered,
                secrets.hidden(in: "code \(code): \(words)"),
                retryAfter: retryAfter
            )
        }
    }
}
