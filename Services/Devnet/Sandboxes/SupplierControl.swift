internal import Models

/// `/devnet/suppliers/<name>`: prices, balance and faults of a played supplier.
enum SupplierControl {
    private static let known = [
        "price", "balance_trx", "deposit_trx", "delivery_ms", "latency_ms", "status", "retry_after", "drop_answer",
        "price_change_percent", "unavailable", "maintenance", "empty_balance", "never_delivers", "refund_after_ms",
        "partial_percent", "early_success_ms", "early_reclaim_ms", "call", "count", "probability", "for_ms", "seed",
        "clear",
    ]

    /// Changes what the body names and adds one fault for each kind it names; `clear` first removes all faults.
    static func change(_ desk: SupplierDesk, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: known)
        await desk.open()
        let rules = try await rules(request, desk)
        let clear = try request.bool("clear", default: false)
        let seed = request.has("seed") ? UInt64(try request.int("seed", 0...Int64.max)) : nil
        let room = await desk.faults.all.count + rules.count <= SupplierFaults.limit || clear
        guard room else { throw ControlError("more than \(SupplierFaults.limit) faults") }
        var price: SunPerEnergy?
        if request.has("price") {
            price = request.fields["price"]?.string.flatMap { SunPerEnergy($0) }
            guard price != nil else { throw ControlError("price must be sun per energy, a decimal in a string") }
        }
        await desk.change(
            price: price,
            balance: try request.millionths("balance_trx").map { Sun($0) },
            deposit: try request.millionths("deposit_trx").map { Sun($0) },
            deliveryDelay: try request.milliseconds("delivery_ms", 0...86_400_000)
        ) { faults in
            if clear { faults.clear() }
            if let seed { faults.reseed(seed) }
            for rule in rules { faults.add(rule) }
        }
        return await desk.statement()
    }

    private static func rules(
        _ request: ControlRequest,
        _ desk: SupplierDesk
    ) async throws(ControlError) -> [SupplierFaultRule] {
        var call: SupplierCallName?
        if let text = request.fields["call"]?.string {
            call = SupplierCallName(rawValue: text)
            guard call != nil || text == "*" else {
                throw ControlError("call must be * or one of \(SupplierCallName.allCases.map(\.rawValue))")
            }
        }
        let count = request.has("count") ? Int(try request.int("count", 1...1_000_000_000)) : nil
        let probability = request.fields["probability"].map { $0.double ?? -1 } ?? 1
        guard (0...1).contains(probability) else { throw ControlError("probability must be between 0 and 1") }
        var until: Timestamp?
        if let duration = try request.milliseconds("for_ms", 1...86_400_000) { until = await desk.node.now + duration }
        let (aim, end) = (call, until)
        return try kinds(request).map { kind in
            SupplierFaultRule(
                kind: kind,
                call: aim ?? (request.has("call") ? nil : kind.usualCall),
                count: count,
                probability: probability,
                until: end
            )
        }
    }

    private static func kinds(_ request: ControlRequest) throws(ControlError) -> [SupplierFaultKind] {
        var kinds: [SupplierFaultKind] = []
        let hour: ClosedRange<Int64> = 0...3_600_000
        if let latency = try request.milliseconds("latency_ms", 0...600_000) { kinds.append(.latency(latency)) }
        if request.has("status") {
            let retryAfter = request.has("retry_after") ? Int(try request.int("retry_after", 0...86_400)) : nil
            kinds.append(.status(Int(try request.int("status", 400...599)), retryAfter: retryAfter))
        }
        if try request.bool("drop_answer", default: false) { kinds.append(.dropAnswer) }
        if request.has("price_change_percent") {
            kinds.append(.priceChange(percent: try request.int("price_change_percent", -99...10_000)))
        }
        if try request.bool("unavailable", default: false) { kinds.append(.unavailable) }
        if try request.bool("maintenance", default: false) { kinds.append(.maintenance) }
        if try request.bool("empty_balance", default: false) { kinds.append(.emptyBalance) }
        if try request.bool("never_delivers", default: false) {
            let delay = try request.milliseconds("refund_after_ms", hour) ?? .seconds(60)
            kinds.append(.neverDelivers(refundAfter: delay))
        }
        if request.has("partial_percent") {
            kinds.append(.partial(percent: try request.int("partial_percent", 0...99)))
        }
        if let delay = try request.milliseconds("early_success_ms", hour) { kinds.append(.earlySuccess(by: delay)) }
        if let delay = try request.milliseconds("early_reclaim_ms", hour) { kinds.append(.earlyReclaim(after: delay)) }
        return kinds
    }

    static func json(_ rule: SupplierFaultRule) -> JSON {
        var fields = Fields()
        switch rule.kind {
        case .latency(let duration): fields.add("latency_ms", duration.wholeMilliseconds)
        case .status(let code, let retryAfter):
            fields.add("status", Int64(code))
            fields.add("retry_after", retryAfter.map { .int(Int64($0)) })
        case .dropAnswer: fields.add("drop_answer", .bool(true))
        case .priceChange(let percent): fields.add("price_change_percent", percent)
        case .unavailable: fields.add("unavailable", .bool(true))
        case .maintenance: fields.add("maintenance", .bool(true))
        case .emptyBalance: fields.add("empty_balance", .bool(true))
        case .neverDelivers(let delay):
            fields.add("never_delivers", .bool(true))
            fields.add("refund_after_ms", delay.wholeMilliseconds)
        case .partial(let percent): fields.add("partial_percent", percent)
        case .earlySuccess(let delay): fields.add("early_success_ms", delay.wholeMilliseconds)
        case .earlyReclaim(let delay): fields.add("early_reclaim_ms", delay.wholeMilliseconds)
        }
        fields.add("call", rule.call?.rawValue ?? "*")
        fields.add("count", rule.count.map { .int(Int64($0)) })
        fields.add("probability", .double(rule.probability))
        fields.add("until_ms", rule.until.map { .int($0.milliseconds) })
        return fields.json
    }
}

extension ControlRequest {
    func milliseconds(_ key: String, _ range: ClosedRange<Int64>) throws(ControlError) -> Duration? {
        has(key) ? .milliseconds(try int(key, range)) : nil
    }
}
