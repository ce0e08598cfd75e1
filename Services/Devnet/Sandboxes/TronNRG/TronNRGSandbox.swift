internal import ChainModel
internal import HTTPTypes
internal import Models
internal import Tron

/// TronNRG's API under `/suppliers/tronnrg`: paid on chain, claimed with a signature of the paying wallet, without keys.
///
/// `POST /delegate` answers when the delegation is in a block, as the original does in about three seconds. Only the
/// names `status`, `ref` and `pay_to` are published; the others are ours.
struct TronNRGSandbox: Sandbox {
    /// 16,250 energy a TRX.
    static let price = SunPerEnergy(rawValue: 61_538_462)
    static let minimum = Sun(4_000_000)
    static let maximum = Sun(1_000_000_000)
    static let duration = Duration.seconds(900)

    let name = "tronnrg"
    let desk: SupplierDesk
    let till: TronNRGTill

    init(node: Node) {
        desk = SupplierDesk(
            .init(
                name: name,
                price: Self.price,
                energy: 1...1_000_000_000,
                durations: [Self.duration],
                keysAreUnique: true,
                isPrepaid: false
            ),
            node: node
        )
        till = TronNRGTill(desk: desk)
    }

    func call(of request: SandboxRequest) -> SupplierCallName {
        switch (request.method, request.path) {
        case (.get, "/supply"): .quote
        case (.post, "/delegate"): .place
        default: .other
        }
    }

    func answer(_ request: SandboxRequest) async -> SandboxAnswer {
        await desk.open()
        switch (request.method, request.path) {
        case (.get, "/health"): return SandboxAnswer(["status": "ok"])
        case (.get, "/supply"): return await supply()
        case (.post, "/delegate"): return await delegate(request.body)
        default: return SandboxAnswer(status: 404, ["error": "not_found", "message": "no such path"])
        }
    }

    func work() async {
        await desk.work()
        await till.work()
    }

    private func supply() async -> SandboxAnswer {
        let address = desk.pool.address
        let available = await desk.node.inspect { chain -> Int64 in
            guard let account = chain.head.account(address) else { return 0 }
            let stake = chain.head.delegatableMaximum(of: account, .energy)
            return chain.head.totals(.energy).limit(forStake: stake)
        }
        return SandboxAnswer([
            "pay_to": .string(address.base58), "energy_per_trx": .int(await till.energyPerTRX),
            "min_trx": .int(Self.minimum.rawValue / Sun.trx.rawValue),
            "max_trx": .int(Self.maximum.rawValue / Sun.trx.rawValue), "available_energy": .int(available),
            "duration_minutes": .int(Self.duration.wholeMilliseconds / 60_000),
        ])
    }

    private func delegate(_ body: [UInt8]) async -> SandboxAnswer {
        guard let fields = try? JSON(parsing: body) else {
            return Self.failure(400, "invalid_tx_hash", "the body is no JSON")
        }
        guard let hash = fields["tx_hash"]?.string, let id = TransactionID(hex: hash), hash == id.hex else {
            return Self.failure(400, "invalid_tx_hash", "tx_hash must be 64 hexadecimal digits")
        }
        guard let text = fields["delegate_to"]?.string, let receiver = try? TronAddress(base58: text) else {
            return Self.failure(400, "invalid_address", "delegate_to is no TRON address")
        }
        guard let signature = fields["signature"]?.string, !signature.isEmpty else {
            return Self.failure(400, "missing_signature", "sign {tx_hash}:{delegate_to}")
        }
        guard let signer = MessageSignature.signer(of: "\(hash):\(text)", signature: signature) else {
            return Self.failure(401, "invalid_signature", "the signature could not be verified")
        }
        guard let payment = await payment(id) else {
            return Self.failure(404, "payment_verification_failed", "transaction not found yet")
        }
        guard case .transfer(let transfer) = payment, transfer.recipient == desk.pool.address else {
            return Self.failure(400, "payment_verification_failed", "no TRX transfer to the payment address")
        }
        guard transfer.owner == signer else {
            return Self.failure(403, "signature_mismatch", "the signer has not made the payment")
        }
        guard await till.use(id) else {
            // What the original says to a claim that failed before is not published; here it says so again.
            if let failure = await till.failure(of: id) { return failure }
            return Self.failure(409, "hash_already_used", "this transaction hash has been claimed")
        }
        return await fulfil(hash, transfer, receiver)
    }

    /// What a transaction in a block does.
    private func payment(_ id: TransactionID) async -> Contract? {
        await desk.node.inspect { $0.entry(id)?.transaction.body.contract }
    }

    private func fulfil(_ hash: String, _ payment: Transfer, _ receiver: TronAddress) async -> SandboxAnswer {
        let amount = payment.amount
        guard amount >= Self.minimum else {
            return await refuse(hash, "below_minimum", "below the minimum of 4 TRX", payment)
        }
        guard amount <= Self.maximum else {
            return await refuse(hash, "payment_verification_failed", "above the maximum of 1000 TRX", payment)
        }
        let perTRX = await till.energyPerTRX
        let energy = scaledDown(amount.rawValue, by: perTRX, over: Sun.trx.rawValue) ?? 0
        let request = OrderRequest(key: hash, receiver: receiver, energy: energy, duration: Self.duration)
        let order: SandboxOrder
        do throws(SandboxRefusal) {
            order = try await desk.place(request, paid: amount)
        } catch {
            return await refuse(hash, "delegation_failed", "the provider could not deliver: \(error)", payment)
        }
        await till.expect(order.id, for: hash, from: payment)
        let blocks = await desk.node.changes()
        await work()
        if order.plan.earlySuccess == nil, order.plan.neverDelivers == nil { await wait(for: order.id, blocks) }
        return await report(order.id, payment)
    }

    /// Until the delegation is in a block or has failed, ten seconds at most.
    private func wait(for id: String, _ blocks: AsyncStream<Void>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [desk] in
                for await _ in blocks {
                    await desk.work()
                    guard let order = await desk.order(id: id), order.shown != .delivered, order.shown != .failed else {
                        return
                    }
                }
            }
            group.addTask { try? await Task.sleep(for: .seconds(10)) }
            await group.next()
            group.cancelAll()
        }
    }

    private func report(_ id: String, _ payment: Transfer) async -> SandboxAnswer {
        guard let order = await desk.order(id: id) else { return Self.failure(500, "delegation_failed", "no order") }
        if order.shown == .failed {
            await till.work()
            return Self.failure(400, "delegation_failed", "the provider could not deliver", ref: id, refund: payment)
        }
        let isDelivered = order.shown == .delivered
        var fields = Fields()
        fields.add("status", isDelivered ? "delegated" : "pending")
        fields.add("ref", id)
        fields.add("delegate_to", order.request.receiver.base58)
        fields.add("energy", isDelivered ? order.energy : order.request.energy)
        fields.add("amount_trx", .double(Double(payment.amount.rawValue) / 1_000_000))
        fields.add("tx_hashes", .array(order.delegation.map { [.string($0.hex)] } ?? []))
        fields.add("expires_at", (order.expires ?? order.created + Self.duration).description)
        return SandboxAnswer(fields.json)
    }

    /// Pays back on chain, and says so.
    private func refuse(_ hash: String, _ error: String, _ message: String, _ payment: Transfer) async -> SandboxAnswer
    {
        let answer = Self.failure(400, error, message, refund: payment)
        await till.refund(payment, for: hash, answer: answer)
        await till.work()
        return answer
    }

    static func failure(
        _ status: Int,
        _ error: String,
        _ message: String,
        ref: String? = nil,
        refund: Transfer? = nil
    ) -> SandboxAnswer {
        var fields = Fields()
        fields.add("error", error)
        fields.add("message", message)
        fields.add("ref", ref.map { .string($0) })
        fields.add(
            "refund",
            refund.map {
                let amount = JSON.double(Double($0.amount.rawValue) / 1_000_000)
                return ["status": "queued", "amount_trx": amount, "to": .string($0.owner.base58)]
            }
        )
        return SandboxAnswer(status: status, fields.json)
    }
}
