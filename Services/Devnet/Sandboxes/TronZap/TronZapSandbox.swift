internal import ChainModel
internal import Crypto
internal import HTTPTypes
internal import Models

/// TronZap's account API under `/suppliers/tronzap/v1`: POST of JSON, signed bodies, errors with status 200.
///
/// As with the original, two orders may have the same `external_id`; only energy and activations are sold.
struct TronZapSandbox: Sandbox {
    /// What a customer of the sandbox signs with.
    static let token = "tronzap-sandbox-token"
    static let secret = "tronzap-sandbox-secret"

    let name = "tronzap"
    let desk: SupplierDesk

    init(node: Node) {
        let price = SunPerEnergy("37.7") ?? SunPerEnergy(rawValue: 37_700_000)
        desk = SupplierDesk(
            .init(
                name: name,
                price: price,
                energy: 32_000...5_000_000,
                durations: [.seconds(3600)],
                keysAreUnique: false
            ),
            node: node
        )
    }

    func call(of request: SandboxRequest) -> SupplierCallName {
        switch request.path {
        case "/v1/calculate", "/v1/estimate-energy", "/v1/services": .quote
        case "/v1/transaction/new": .place
        case "/v1/transaction/check": .find
        case "/v1/balance": .balance
        default: .other
        }
    }

    func answer(_ request: SandboxRequest) async -> SandboxAnswer {
        do throws(TronZapError) {
            guard request.method == .post else { throw .parameters("method") }
            try authorize(request)
            let text = request.body.isEmpty ? Array("{}".utf8) : request.body
            guard let fields = try? JSON(parsing: text), fields.members != nil else { throw .parameters("body") }
            let result = try await result(request.path, fields)
            return SandboxAnswer(["code": 0, "request_id": .string(Self.requestID()), "result": result])
        } catch {
            return SandboxAnswer([
                "code": .int(error.code), "key": .string(error.key), "error": .string(error.text),
                "request_id": .string(Self.requestID()),
            ])
        }
    }

    private func authorize(_ request: SandboxRequest) throws(TronZapError) {
        let hash = Array(SHA256.hash(data: request.body + Array(Self.secret.utf8))).hex
        guard request.header("authorization") == "Bearer \(Self.token)", request.header("x-signature") == hash else {
            throw .auth
        }
    }

    private func result(_ path: String, _ fields: JSON) async throws(TronZapError) -> JSON {
        await desk.open()
        switch path {
        case "/v1/services": return await services()
        case "/v1/balance":
            return ["balance": .string(await desk.balance.inTRX), "address": .string(desk.pool.address.base58)]
        case "/v1/address-info": return try await addressInfo(fields)
        case "/v1/calculate": return try await calculate(fields)
        case "/v1/estimate-energy": return try await estimate(fields)
        case "/v1/transaction/new": return try await place(fields)
        case "/v1/transaction/check": return try await check(fields)
        default: throw .unavailable
        }
    }

    private func services() async -> JSON {
        let price = await desk.price
        func cost(_ energy: Int64) -> JSON { .string((price.cost(of: Energy(energy)) ?? .zero).inTRX) }
        return [
            "energy": [
                [
                    "duration": 1, "min_amount": .int(desk.offer.energy.lowerBound),
                    "max_amount": .int(desk.offer.energy.upperBound), "price": cost(1000), "price_65k": cost(65_000),
                    "price_131k": cost(131_000),
                ]
            ],
            "bandwidth": [], "activate_address": ["price": .string(desk.offer.activationFee.inTRX)],
        ]
    }

    private func addressInfo(_ fields: JSON) async throws(TronZapError) -> JSON {
        let address = try address(fields["address"])
        return await desk.node.inspect { chain in
            let account = chain.head.account(address)
            let limit = chain.head.totals(.energy).limit(forStake: account?.effectiveStake(.energy) ?? .zero)
            return [
                "address": .string(address.base58), "is_active": .bool(account != nil),
                "balances": ["TRX": .string((account?.balance ?? .zero).inTRX)], "resources": ["energy": .int(limit)],
            ]
        }
    }

    private func calculate(_ fields: JSON) async throws(TronZapError) -> JSON {
        let receiver = try address(fields["address"])
        guard let energy = fields["amount"]?.int else { throw .energy }
        guard fields["duration"]?.int == 1 else { throw .duration }
        let exists = await desk.node.exists(receiver)
        let price = try await price(energy)
        let fee = exists ? Sun.zero : desk.offer.activationFee
        return [
            "type": "energy", "address": .string(receiver.base58), "amount": .int(energy), "duration": 1,
            "price": .string(price.inTRX), "activation_fee": .string(fee.inTRX), "total": .string((price + fee).inTRX),
        ]
    }

    private func price(_ energy: Int64) async throws(TronZapError) -> Sun {
        do throws(SandboxRefusal) {
            return try await desk.quote(energy)
        } catch {
            throw TronZapError(error)
        }
    }

    /// For a transfer of the token: what the recipient's state makes it cost.
    private func estimate(_ fields: JSON) async throws(TronZapError) -> JSON {
        let sender = try address(fields["from_address"])
        let recipient = try address(fields["to_address"])
        let holds = await desk.node.inspect { $0.head.token.balance(of: recipient) > 0 }
        let energy: Int64 = holds ? 65_000 : 131_000
        let price = try await price(energy)
        let fee = await desk.node.exists(sender) ? Sun.zero : desk.offer.activationFee
        return [
            "from_address": .string(sender.base58), "to_address": .string(recipient.base58), "amount": .int(energy),
            "duration": 1, "price": .string(price.inTRX), "activation_fee": .string(fee.inTRX),
            "total": .string((price + fee).inTRX),
        ]
    }

    private func place(_ fields: JSON) async throws(TronZapError) -> JSON {
        let parameters = fields["params"] ?? [:]
        let service = fields["service"]?.string ?? ""
        guard service == "energy" || service == "activate_address" else { throw .unavailable }
        let key = fields["external_id"]?.string
        guard (key?.utf8.count ?? 0) <= 255 else { throw .parameters("external_id") }
        var request = OrderRequest(
            key: key,
            receiver: try address(parameters["address"]),
            energy: 0,
            duration: .seconds(3600),
            activates: service == "activate_address"
        )
        if service == "energy" {
            // The newest of three spellings wins, as in the original.
            let amount = parameters["amounts"]?["energy"] ?? parameters["amount"] ?? parameters["energy_amount"]
            guard let energy = amount?.int, energy > 0 else { throw .energy }
            guard parameters["duration"]?.int == 1 else { throw .duration }
            request.energy = energy
            request.activates = parameters["activate_address"]?.bool ?? false
        }
        let order: SandboxOrder
        do throws(SandboxRefusal) {
            order = try await desk.place(request)
        } catch {
            throw TronZapError(error)
        }
        let answer = json(order)
        await desk.work()
        return answer
    }

    private func check(_ fields: JSON) async throws(TronZapError) -> JSON {
        if let id = fields["id"]?.string, let order = await desk.order(id: id) { return json(order) }
        if let key = fields["external_id"]?.string, let order = await desk.order(key: key) { return json(order) }
        throw .notFound
    }

    private func json(_ order: SandboxOrder) -> JSON {
        let status =
            switch order.shown {
            case .accepted: "new"
            case .delivering: "pending"
            case .delivered: "success"
            case .failed: "failed"
            }
        let energy = order.request.energy
        var parameters = Fields()
        parameters.add("address", order.request.receiver.base58)
        if energy > 0 { parameters.add("amounts", ["energy": .int(energy)]) }
        if energy > 0 { parameters.add("duration", 1) }
        return [
            "id": .string(order.id), "external_id": order.request.key.map { .string($0) } ?? .null,
            "service": .string(energy > 0 ? "energy" : "activate_address"), "params": parameters.json,
            "status": .string(status), "amount": .string(order.charged.inTRX),
            "created_at": .string(order.created.description),
            "hash": order.delegation.map { .string($0.hex) } ?? .null,
        ]
    }

    private func address(_ value: JSON?) throws(TronZapError) -> TronAddress {
        guard let text = value?.string, let address = try? TronAddress(base58: text) else { throw .address }
        return address
    }

    private static func requestID() -> String {
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }.hex
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { range in
            String(Array(bytes)[range])
        }
        return parts.joined(separator: "-")
    }
}

/// An error in the service's envelope: codes and keys are the published ones.
struct TronZapError: Error, Sendable {
    var code: Int64
    var key: String
    var text: String

    static let auth = TronZapError(code: 1, key: "auth", text: "Authentication error")
    static let address = TronZapError(code: 10, key: "invalid_tron_address", text: "Invalid TRON address")
    static let energy = TronZapError(code: 11, key: "invalid_energy_amount", text: "Invalid energy amount")
    static let duration = TronZapError(code: 12, key: "invalid_duration.duration", text: "Invalid duration")
    static let notFound = TronZapError(code: 20, key: "transaction_not_found", text: "Transaction not found")
    static let unavailable = TronZapError(code: 35, key: "service_unavailable", text: "Service not available")

    static func parameters(_ field: String) -> TronZapError {
        TronZapError(code: 2, key: "invalid_service_or_params.\(field)", text: "Invalid service or parameters")
    }

    init(code: Int64, key: String, text: String) {
        self.code = code
        self.key = key
        self.text = text
    }

    init(_ refusal: SandboxRefusal) {
        switch refusal {
        case .insufficientFunds: self.init(code: 6, key: "insufficient_funds", text: "Insufficient funds")
        case .unavailable, .maintenance: self = .unavailable
        case .invalidAddress: self = .address
        case .invalidEnergy: self = .energy
        case .invalidDuration: self = .duration
        case .notActivated: self.init(code: 24, key: "address_not_activated", text: "Address not activated")
        case .alreadyActivated:
            self.init(code: 25, key: "address_already_activated", text: "Address already activated")
        }
    }
}

extension Sun {
    /// A decimal of TRX, as services write it.
    var inTRX: String { TokenAmount(units: rawValue)?.description ?? "0" }
}
