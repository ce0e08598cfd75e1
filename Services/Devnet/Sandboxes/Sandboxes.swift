internal import HTTPTypes
internal import ServiceLifecycle

/// All suppliers that the devnet plays. A new one is a line in ``init(node:)``.
struct Sandboxes: Sendable {
    let all: [any Sandbox]

    init(node: Node) {
        all = [TronZapSandbox(node: node), CatFeeSandbox(node: node), TronNRGSandbox(node: node)]
    }

    subscript(name: String) -> (any Sandbox)? { all.first { $0.name == name } }

    /// The supplier that serves a path, and the rest of the path.
    func route(_ path: String) -> (sandbox: any Sandbox, path: String)? {
        guard let rest = Routes.rest(of: path, after: "/suppliers/") else { return nil }
        let name = rest.prefix { $0 != "/" }
        return self[String(name)].map { ($0, String(rest.dropFirst(name.count))) }
    }

    /// Answers for a supplier, with what its faults do to the call.
    func answer(_ request: SandboxRequest, by sandbox: any Sandbox) async throws -> SandboxAnswer {
        let disturbance = await sandbox.desk.disturbance(of: sandbox.call(of: request))
        guard let latency = disturbance.latency else { return await answer(request, by: sandbox, disturbance) }
        var request = request
        request.arrived = await sandbox.desk.node.now
        let early = request
        // A slow supplier carries a call out although the customer has gone: the call is not the connection's.
        return try await Task {
            try await Task.sleep(for: latency)
            return await answer(early, by: sandbox, disturbance)
        }.value
    }

    private func answer(
        _ request: SandboxRequest,
        by sandbox: any Sandbox,
        _ disturbance: SupplierDisturbance
    ) async -> SandboxAnswer {
        if let status = disturbance.status {
            var answer = SandboxAnswer(status: status.code, .null, retryAfter: status.retryAfter)
            answer.text = "a fault of the sandbox"
            return answer
        }
        var answer = await sandbox.answer(request)
        if let percent = disturbance.priceChange { await sandbox.desk.changePrice(byPercent: percent) }
        answer.isLost = disturbance.dropAnswer
        return answer
    }

    /// Delivers, confirms, reclaims and pays back what is due.
    func work() async {
        for sandbox in all { await sandbox.work() }
    }

    /// `GET /devnet/suppliers`: every supplier's own statement.
    func statements() async -> JSON {
        var statements: [JSON] = []
        for sandbox in all { statements.append(await sandbox.desk.statement()) }
        return ["suppliers": .array(statements)]
    }
}

/// Has the suppliers do their work after each block.
struct SandboxKeeper: Service {
    let node: Node
    let sandboxes: Sandboxes

    func run() async throws {
        let blocks = await node.changes()
        await cancelWhenGracefulShutdown {
            for await _ in blocks { await sandboxes.work() }
        }
    }
}
