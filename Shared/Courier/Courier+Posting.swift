internal import Synchronization
internal import Webhooks

extension Courier {
    /// How many addresses of a name are tried, one after the other, when no connection can be made.
    private static let maximumAddresses = 3

    /// Sends a request and takes the answer, whatever its status.
    /// - Throws: why there is none; ``CourierFailure/Code/refusedAddress`` before any connection is made.
    public func post(_ request: CourierRequest) async throws(CourierFailure) -> CourierAnswer {
        let start = ContinuousClock.now
        do throws(CourierFailure) {
            return try await post(request, from: start)
        } catch {
            var failure = error
            failure.latency = .now - start
            throw failure
        }
    }

    private func post(
        _ request: CourierRequest,
        from start: ContinuousClock.Instant
    ) async throws(CourierFailure) -> CourierAnswer {
        let lines = try Self.headerLines(request)
        let deadline = start + request.timeout
        let addresses = try await judgedAddresses(of: request.url, by: deadline)
        let errand = Errand(
            host: "\(request.url.host)",
            url: request.url.text,
            guarding: .policy(configuration.policy, request.url.scheme),
            content: .post(headers: lines, body: request.body),
            deadline: deadline,
            connectTimeout: configuration.connectTimeout
        )
        let (address, result) = try await run(errand, at: addresses, through: web)
        if let failure = result.failure(of: request.url.scheme == .https, limit: request.timeout) {
            throw failure.at(address)
        }
        return CourierAnswer(
            status: result.status,
            headers: result.answer.headers,
            body: result.answer.body,
            isCut: result.answer.isCut,
            address: address.description,
            isInside: configuration.policy.allows(address),
            latency: .now - start
        )
    }

    /// Tries the addresses in turn until a connection is made; the request itself is sent once at most.
    func run(
        _ errand: Errand,
        at addresses: [IPAddress],
        through loop: TransferLoop
    ) async throws(CourierFailure) -> (IPAddress, TransferEnd) {
        let start = ContinuousClock.now
        let lastConnect = min(errand.deadline, start + errand.connectTimeout)
        let ordered = reachable.withLock { $0.order(addresses, of: errand.host, at: start) }
        var rest = ordered.prefix(Self.maximumAddresses)
        while let address = rest.popFirst() {
            let now = ContinuousClock.now
            guard now < errand.deadline else { break }
            let order = TransferOrder(
                url: errand.url,
                address: address,
                guarding: errand.guarding,
                content: errand.content,
                timeout: errand.deadline - now,
                connectTimeout: (lastConnect - now) / (rest.count + 1)
            )
            let end = await loop.run(order)
            if end.mayTryNextAddress, !rest.isEmpty, ContinuousClock.now < lastConnect { continue }
            if end.isConnected {
                let wasFirst = address == addresses.first
                reachable.withLock { $0.note(address, of: errand.host, wasFirst: wasFirst, at: now) }
            }
            return (address, end)
        }
        throw CourierFailure(.timedOut, "no time was left to connect")
    }

    /// The addresses of a target, all of which may be connected to.
    private func judgedAddresses(
        of url: TargetURL,
        by deadline: ContinuousClock.Instant
    ) async throws(CourierFailure) -> [IPAddress] {
        switch url.host {
        case .address(let address):
            if let refusal = configuration.policy.verdict(address, for: url.scheme) {
                throw CourierFailure(.refusedAddress, "nothing may be sent there: \(refusal)")
            }
            return [address]
        case .name(let name):
            let addresses = try await addresses(of: name, by: deadline)
            for address in addresses {
                guard let refusal = configuration.policy.verdict(address, for: url.scheme) else { continue }
                let all = addresses.count == 1 ? "" : ", one of its \(addresses.count) addresses"
                throw CourierFailure(.refusedAddress, "\(name) leads to \(address)\(all): \(refusal)")
            }
            return addresses
        }
    }

    func addresses(
        of name: String,
        by deadline: ContinuousClock.Instant
    ) async throws(CourierFailure) -> [IPAddress] {
        let limit = min(configuration.resolveTimeout, deadline - .now)
        let resolver = configuration.resolver
        let result = await withTaskGroup(of: Result<[IPAddress], HostResolverError>?.self) { group in
            group.addTask {
                do throws(HostResolverError) {
                    return .success(try await resolver.addresses(of: name))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                // Cancelled when the answer is there.
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if Task.isCancelled { throw CourierFailure(.cancelled, "the caller was cancelled") }
        switch result {
        case .success(let addresses) where !addresses.isEmpty: return addresses
        case .success: throw CourierFailure(.unresolved, "\(name) has no address")
        case .failure(let error): throw CourierFailure(.unresolved, "\(name): \(error)")
        case nil: throw CourierFailure(.unresolved, "\(name): the resolver has not answered within \(limit.shown)")
        }
    }

    /// As libcurl takes them. What it would add by itself is switched off, but for Host and Content-Length.
    private static func headerLines(_ request: CourierRequest) throws(CourierFailure) -> [String] {
        guard request.body.count <= CourierRequest.maximumBody else {
            let text = "the body has \(request.body.count) bytes; at most \(CourierRequest.maximumBody) are allowed"
            throw CourierFailure(.invalidRequest, text)
        }
        var lines: [String] = []
        var names: Set<String> = []
        for (name, value) in request.headers {
            guard HeaderRules.isToken(name), HeaderRules.isFieldValue(value) else {
                throw CourierFailure(.invalidRequest, "the header \(String(reflecting: name)) cannot be sent as it is")
            }
            let lower = name.lowercased()
            guard !ofTheConnection.contains(lower) else {
                throw CourierFailure(.invalidRequest, "the header \(name) belongs to the connection")
            }
            names.insert(lower)
            // libcurl removes a header that is given without value, unless it ends with a semicolon.
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        for name in ["Accept", "Content-Type", "Expect"] where !names.contains(name.lowercased()) {
            lines.append("\(name):")
        }
        return lines
    }

    private static let ofTheConnection: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te", "trailer",
        "upgrade", "expect", "accept-encoding",
    ]
}

extension CourierFailure {
    func at(_ address: IPAddress) -> CourierFailure {
        var failure = self
        failure.address = address.description
        return failure
    }
}

extension Duration {
    /// `15 s`, `1.5 s`
    var shown: String {
        let tenths = Int((self / .milliseconds(100)).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
