internal import Models

/// Faults over HTTP.
enum FaultControl {
    private static let known = [
        "path", "latency_ms", "status", "retry_after", "body", "drop_answer", "server_busy", "lag_blocks", "stuck",
        "count",
        "probability", "for_ms", "seed", "clear",
    ]

    @Sendable static func list(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        ["faults": .array(await node.faults.all.map(json))]
    }

    /// Adds one fault for each kind the body names; `clear` first removes all.
    @Sendable static func add(_ node: Node, _ body: JSON) async throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: known)
        let kinds = try kinds(request)
        let clear = try request.bool("clear", default: false)
        guard !kinds.isEmpty || clear || request.has("seed") else {
            throw ControlError("nothing to do: name a fault, or clear")
        }
        let path = request.fields["path"]?.string ?? "*"
        guard path == "*" || path.hasPrefix("/wallet") else {
            throw ControlError("path must be * or begin with /wallet or /walletsolidity")
        }
        let count = request.has("count") ? Int(try request.int("count", 1...1_000_000_000)) : nil
        let probability = request.fields["probability"].map { $0.double ?? -1 } ?? 1
        guard (0...1).contains(probability) else { throw ControlError("probability must be between 0 and 1") }
        var until: Timestamp?
        if request.has("for_ms") { until = await node.now + .milliseconds(try request.int("for_ms", 1...86_400_000)) }
        let end = until
        let seed = request.has("seed") ? UInt64(try request.int("seed", 0...Int64.max)) : nil
        let room = await node.faults.all.count + kinds.count <= Faults.limit || clear
        guard room else { throw ControlError("more than \(Faults.limit) faults") }
        await node.change { faults in
            if clear { faults.clear() }
            if let seed { faults.reseed(seed) }
            for kind in kinds {
                _ = faults.add(Fault(kind: kind, path: path, count: count, probability: probability, until: end))
            }
        }
        return try await list(node, body)
    }

    private static func kinds(_ request: ControlRequest) throws(ControlError) -> [FaultKind] {
        var kinds: [FaultKind] = []
        if request.has("latency_ms") {
            kinds.append(.latency(.milliseconds(try request.int("latency_ms", 0...600_000))))
        }
        if request.has("status") {
            let retryAfter = request.has("retry_after") ? Int(try request.int("retry_after", 0...86_400)) : nil
            let body = request.fields["body"].map { $0.string ?? $0.text }
            kinds.append(.status(Int(try request.int("status", 200...599)), retryAfter: retryAfter, body: body))
        }
        if try request.bool("drop_answer", default: false) { kinds.append(.dropAnswer) }
        if try request.bool("server_busy", default: false) { kinds.append(.serverBusy) }
        if request.has("lag_blocks") { kinds.append(.lag(try request.int("lag_blocks", 1...18))) }
        if try request.bool("stuck", default: false) { kinds.append(.stuck) }
        return kinds
    }

    private static func json(_ fault: Fault) -> JSON {
        var fields = Fields()
        switch fault.kind {
        case .latency(let duration): fields.add("latency_ms", .int(duration.wholeMilliseconds))
        case .status(let code, let retryAfter, let body):
            fields.add("status", .int(Int64(code)))
            fields.add("body", body.map { .string($0) })
            fields.add("retry_after", retryAfter.map { .int(Int64($0)) })
        case .dropAnswer: fields.add("drop_answer", .bool(true))
        case .serverBusy: fields.add("server_busy", .bool(true))
        case .lag(let blocks): fields.add("lag_blocks", .int(blocks))
        case .stuck: fields.add("stuck", .bool(true))
        }
        fields.add("path", fault.path)
        fields.add("count", fault.count.map { .int(Int64($0)) })
        fields.add("probability", .double(fault.probability))
        fields.add("until_ms", fault.until.map { .int($0.milliseconds) })
        return fields.json
    }
}
