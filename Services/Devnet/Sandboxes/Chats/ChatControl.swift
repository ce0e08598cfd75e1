internal import Models

/// `/devnet/chats`: what was posted to the chat services, and what goes wrong with them.
enum ChatControl {
    private static let known = [
        "refuse", "retry_after", "status", "latency_ms", "hang", "drop_answer", "to", "count", "probability", "seed",
        "unlimited", "clear",
    ]

    /// Adds one fault for each kind the body names; `clear` first removes all.
    static func change(_ sandbox: any ChatSandbox, _ body: JSON) throws(ControlError) -> JSON {
        let request = try ControlRequest(body, known: known)
        let kinds = try kinds(request, sandbox)
        let count = request.has("count") ? Int(try request.int("count", 1...1_000_000_000)) : nil
        let probability = request.fields["probability"].map { $0.double ?? -1 } ?? 1
        guard (0...1).contains(probability) else { throw ControlError("probability must be between 0 and 1") }
        let faults = kinds.map { kind in
            ChatFault(
                kind: kind,
                recipient: request.fields["to"]?.string,
                count: count,
                probability: probability
            )
        }
        let clear = try request.bool("clear", default: false)
        let seed = request.has("seed") ? UInt64(try request.int("seed", 0...Int64.max)) : nil
        let isUnlimited = request.has("unlimited") ? try request.bool("unlimited", default: false) : nil
        guard !faults.isEmpty || clear || seed != nil || isUnlimited != nil else {
            throw ControlError("nothing to do: name a fault, unlimited, or clear")
        }
        guard sandbox.room.faults.count + faults.count <= ChatFaults.limit || clear else {
            throw ControlError("more than \(ChatFaults.limit) faults")
        }
        sandbox.room.change(isUnlimited: isUnlimited) { all in
            if clear { all.clear() }
            if let seed { all.reseed(seed) }
            for fault in faults { all.add(fault) }
        }
        return sandbox.room.summary(sandbox.name)
    }

    private static func kinds(
        _ request: ControlRequest,
        _ sandbox: any ChatSandbox
    ) throws(ControlError) -> [ChatFaultKind] {
        var kinds: [ChatFaultKind] = []
        let retryAfter = Int(try request.int("retry_after", 1...86_400, default: 1))
        if let refusal = request.fields["refuse"] {
            guard let name = refusal.string, sandbox.refusals[name] != nil else {
                let names = sandbox.refusals.keys.sorted().joined(separator: ", ")
                throw ControlError("refuse must be one of \(names)")
            }
            kinds.append(.refusal(name, retryAfter: retryAfter))
        } else if request.has("retry_after") {
            throw ControlError("retry_after is for refuse")
        }
        if request.has("status") { kinds.append(.status(Int(try request.int("status", 500...599)))) }
        if let latency = try request.milliseconds("latency_ms", 0...600_000) { kinds.append(.latency(latency)) }
        if try request.bool("hang", default: false) { kinds.append(.hang) }
        if try request.bool("drop_answer", default: false) { kinds.append(.dropAnswer) }
        return kinds
    }

    static func json(_ fault: ChatFault) -> JSON {
        var fields = Fields()
        switch fault.kind {
        case .refusal(let name, let retryAfter):
            fields.add("refuse", name)
            fields.add("retry_after", Int64(retryAfter))
        case .status(let status): fields.add("status", Int64(status))
        case .latency(let duration): fields.add("latency_ms", .int(duration.wholeMilliseconds))
        case .hang: fields.add("hang", .bool(true))
        case .dropAnswer: fields.add("drop_answer", .bool(true))
        }
        fields.add("to", fault.recipient.map { .string($0) })
        fields.add("count", fault.count.map { .int(Int64($0)) })
        fields.add("probability", .double(fault.probability))
        return fields.json
    }
}
