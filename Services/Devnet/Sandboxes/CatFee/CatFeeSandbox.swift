internal import Crypto
internal import FoundationEssentials
internal import HTTPTypes
internal import Models

/// CatFee's API under `/suppliers/catfee/v1`: signed queries, idempotent orders.
///
/// Which numbers its error codes have is not published but 0 and 9999; the words in `sub_code` are.
struct CatFeeSandbox: Sandbox {
    /// What a customer of the sandbox signs with.
    static let key = "catfee-sandbox-key"
    static let secret = "catfee-sandbox-secret"
    /// How far a request's timestamp may be from domain time.
    static let skew = Duration.seconds(5)

    let name = "catfee"
    let desk: SupplierDesk

    init(node: Node) {
        let price = SunPerEnergy("42") ?? SunPerEnergy(rawValue: 42_000_000)
        desk = SupplierDesk(
            .init(
                name: name,
                price: price,
                energy: 65_000...2_000_000,
                durations: [.seconds(3600)],
                keysAreUnique: true
            ),
            node: node
        )
    }

    func call(of request: SandboxRequest) -> SupplierCallName {
        switch (request.method, request.path) {
        case (.get, "/v1/estimate"): .quote
        case (.post, "/v1/order"): .place
        case (.get, "/v1/account"): .balance
        case (.get, let path) where path.hasPrefix("/v1/order/"): .find
        default: .other
        }
    }

    func answer(_ request: SandboxRequest) async -> SandboxAnswer {
        guard await isAuthorized(request) else { return Self.refusal("UNAUTHORIZED", status: 401) }
        await desk.open()
        switch call(of: request) {
        case .quote: return await estimate(request.parameters)
        case .place: return await place(request.parameters)
        case .find: return await find(String(request.path.dropFirst("/v1/order/".count)))
        case .balance: return await account()
        case .other: return Self.refusal("NOT_FOUND", status: 404)
        }
    }

    private func isAuthorized(_ request: SandboxRequest) async -> Bool {
        guard request.header("cf-access-key") == Self.key, let timestamp = request.header("cf-access-timestamp"),
            let time = Timestamp(timestamp), let sign = request.header("cf-access-sign")
        else { return false }
        let present = await desk.node.now
        let now = request.arrived ?? present
        let away = time > now ? time - now : now - time
        let text = timestamp + request.method.rawValue + request.target
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(text.utf8),
            using: SymmetricKey(data: Array(Self.secret.utf8))
        )
        return away <= Self.skew && sign == Data(code).base64EncodedString()
    }

    private func estimate(_ fields: [String: String]) async -> SandboxAnswer {
        guard fields["duration"] == "1h" else { return Self.refusal("INVALID_DURATION") }
        do throws(SandboxRefusal) {
            let price = try await desk.quote(fields["quantity"].flatMap { Int64($0) } ?? 0)
            return Self.success(.int(price.rawValue))
        } catch {
            return refusal(error, fields)
        }
    }

    private func place(_ fields: [String: String]) async -> SandboxAnswer {
        guard fields["duration"] == "1h" else { return Self.refusal("INVALID_DURATION") }
        guard let receiver = fields["receiver"].flatMap({ try? TronAddress(base58: $0) }) else {
            return Self.refusal("INVALID_ADDRESS")
        }
        let key = fields["client_order_id"]
        guard (key?.utf8.count ?? 0) <= 64 else { return Self.refusal("INVALID_CLIENT_ORDER_ID") }
        let request = OrderRequest(
            key: key,
            receiver: receiver,
            energy: fields["quantity"].flatMap { Int64($0) } ?? 0,
            duration: .seconds(3600),
            activates: fields["activate"] != "false"
        )
        do throws(SandboxRefusal) {
            let order = try await desk.place(request)
            let answer = Self.success(await json(order))
            await desk.work()
            return answer
        } catch {
            return refusal(error, fields)
        }
    }

    private func find(_ id: String) async -> SandboxAnswer {
        guard let order = await desk.order(id: id) else { return Self.refusal("ORDER_NOT_FOUND") }
        return Self.success(await json(order))
    }

    private func account() async -> SandboxAnswer {
        Self.success([
            "wallet": .string(desk.pool.address.base58), "api_key": .string(Self.key),
            // The original really sends it back; nobody may log this answer.
            "api_secret": .string(Self.secret),
            "recharge_address": .string(desk.pool.address.base58),
            "total_recharge": .int(await desk.deposited.rawValue),
            "total_hour_consume": .int(await desk.charged.rawValue), "balance": .int(await desk.balance.rawValue),
        ])
    }

    private func json(_ order: SandboxOrder) async -> JSON {
        let shown = order.shown
        let isBack = order.phase == .ended
        let status =
            switch shown {
            case .accepted: "PAYMENT_SUCCESS"
            case .delivering, .delivered: "DELEGATE_SUCCESS"
            case .failed: "DELEGATE_FAIL"
            }
        let confirmation =
            switch shown {
            case .accepted, .delivering: "UNCONFIRMED"
            case .delivered: isBack ? "RECLAIM_CONFIRMED" : "DELEGATION_CONFIRMED"
            case .failed: "DELEGATION_CONFIRMED_FAIL"
            }
        var fields = Fields()
        fields.add("id", order.id)
        fields.add("resource_type", "ENERGY")
        fields.add("source_type", "API")
        fields.add("billing_type", "API")
        fields.add("pay_timestamp", order.created.milliseconds)
        fields.add("receiver", order.request.receiver.base58)
        fields.add("delegate_hash", order.delegation.map { .string($0.hex) })
        fields.add("delegate_timestamp", order.delegatedAt.map { .int($0.milliseconds) })
        fields.add("reclaim_hash", order.reclaim.map { .string($0.hex) })
        fields.add("pay_amount_sun", (order.charged - order.activationFee).rawValue)
        fields.add("activate_amount_sun", order.activationFee.rawValue)
        fields.add("quantity", shown == .delivered ? order.energy : order.request.energy)
        fields.add("staked_sun", order.stake.rawValue)
        // Minutes.
        fields.add("duration", order.request.duration.wholeMilliseconds / 60_000)
        fields.add("expired_timestamp", order.expires.map { .int($0.milliseconds) })
        fields.add("status", status)
        fields.add("activate_status", order.activationFee > .zero ? "ACTIVATED" : "ALREADY_ACTIVATED")
        fields.add("confirm_status", confirmation)
        fields.add("balance", await desk.balance.rawValue)
        return fields.json
    }

    private func refusal(_ refusal: SandboxRefusal, _ fields: [String: String]) -> SandboxAnswer {
        let quantity = fields["quantity"].flatMap { Int64($0) } ?? 0
        let word =
            switch refusal {
            case .insufficientFunds: "INSUFFICIENT_BALANCE"
            case .unavailable: "QUANTITY_TOO_HIGH"
            case .maintenance: "MAINTENANCE"
            case .invalidAddress, .alreadyActivated: "INVALID_ADDRESS"
            case .invalidEnergy: quantity > desk.offer.energy.upperBound ? "QUANTITY_TOO_HIGH" : "QUANTITY_TOO_LOW"
            case .invalidDuration: "INVALID_DURATION"
            case .notActivated: "ADDRESS_NOT_ACTIVATED"
            }
        return Self.refusal(word)
    }

    private static func success(_ data: JSON) -> SandboxAnswer {
        SandboxAnswer(["code": 0, "msg": "success", "sub_code": "", "sub_msg": "", "data": data])
    }

    private static func refusal(_ word: String, status: Int = 200) -> SandboxAnswer {
        SandboxAnswer(
            status: status,
            ["code": .int(status == 200 ? 1 : Int64(status)), "msg": .string(word), "sub_code": .string(word)]
        )
    }
}
