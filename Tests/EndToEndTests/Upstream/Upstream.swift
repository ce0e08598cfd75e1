internal import ChainModel
internal import FoundationEssentials
internal import Logging
internal import Messaging
internal import Models
internal import ServiceLifecycle
internal import Tron

/// A partner's withdrawal system: asks, hears, sends transfers when told to, and reports them.
struct Upstream: Sendable {
    let partner: PartnerUnderTest
    let book = UpstreamBook()
    let devnet: DevnetDriver
    private let messaging: MessagingClient
    private let chain: TronClient
    private let token: TronAddress

    /// Runs `body` with an upstream that hears and sends by itself.
    static func with<Result: Sendable>(
        _ partner: PartnerUnderTest,
        on stack: StackUnderTest,
        _ body: (Upstream) async throws -> Result
    ) async throws -> Result {
        let upstream = try Upstream(partner, on: stack)
        let logger = Logger(label: "upstream") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(configuration: .init(services: [.init(service: upstream.messaging)], logger: logger))
        do {
            let result = try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                tasks.addTask { try await upstream.listen() }
                let result: Result
                do {
                    result = try await body(upstream)
                } catch {
                    tasks.cancelAll()
                    throw error
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return result
            }
            await upstream.chain.shutdown()
            return result
        } catch {
            await upstream.chain.shutdown()
            throw error
        }
    }

    private init(_ partner: PartnerUnderTest, on stack: StackUnderTest) throws {
        let host = try stack.variable("BUSBAR_BROKER_HOSTS").split(separator: ":")
        guard host.count == 2, let port = Int(host[1]) else { throw EndToEndError("no broker in \(host)") }
        var configuration = MessagingConfiguration(
            hosts: [.init(String(host[0]), port: port)],
            vhost: try stack.variable("BUSBAR_BROKER_VHOST"),
            user: partner.user,
            password: partner.password,
            connectionName: "upstream-\(partner.id)"
        )
        // Upstream systems send what they like.
        configuration.maximumMessageSize = 1 << 20
        self.partner = partner
        devnet = try stack.devnet()
        let logger = Logger(label: "upstream") { _ in SwiftLogNoOpLogHandler() }
        messaging = MessagingClient(configuration, logger: logger)
        chain = TronClient([NodeEndpoint(url: try stack.variable("BUSBAR_TRON_NODES"))])
        token = try TronAddress(base58: "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
    }

    // MARK: Asking

    /// Publishes anything to the command exchange, whatever is in it.
    /// - Returns: its message id.
    @discardableResult
    func publish(
        _ type: String,
        to routingKey: String? = nil,
        body: String,
        id: String? = nil,
        asUser user: String?? = .none
    ) async throws -> String {
        let messageID = id ?? UUIDv7(at: SystemClock().now()).description
        let words = type.split(separator: ".").prefix(2).joined(separator: ".")
        let message = OutgoingMessage(
            exchange: "busbar.commands",
            routingKey: routingKey ?? words,
            body: Array(body.utf8),
            properties: MessageProperties(
                messageID: messageID,
                type: type,
                contentType: "application/json",
                userID: user ?? partner.user
            )
        )
        // Publishing again after a broken connection is what an upstream does: the id stays the same.
        for attempt in 1...6 {
            do {
                let outcomes = try await messaging.publish([message], timeout: .seconds(10))
                if outcomes.allSatisfy(\.isConfirmed) { return messageID }
                throw EndToEndError("the broker did not take \(type): \(outcomes)")
            } catch let error as MessagingError {
                if attempt == 6 { throw error }
            }
        }
        return messageID
    }

    /// Asks for a withdrawal and opens its course.
    @discardableResult
    func request(
        _ id: String,
        wallet: Int = 0,
        to recipient: TronAddress? = nil,
        amount: String = "12.5",
        conduct: Course.Conduct = .sendAndSettle,
        with fields: [String: String] = [:]
    ) async throws -> String {
        let recipient = recipient ?? PrivateKey.random().address
        book.open(
            Course(
                id: id,
                wallet: wallet,
                recipient: recipient,
                amount: try TokenAmount(parsing: amount),
                conduct: conduct
            )
        )
        let body = requestBody(id, wallet: wallet, to: recipient, amount: amount, with: fields)
        return try await publish("withdrawal.request.v1", body: body)
    }

    /// The JSON of a request; `fields` are put in as they are, and left out where empty.
    func requestBody(
        _ id: String,
        wallet: Int = 0,
        to recipient: TronAddress,
        amount: String = "12.5",
        with fields: [String: String] = [:]
    ) -> String {
        let all = [
            "withdrawal_id": #""\#(id)""#, "partner_id": #""\#(partner.id)""#,
            "from_address": #""\#(partner.wallets[wallet].address)""#, "to_address": #""\#(recipient)""#,
            "token": #""USDT""#, "amount": #""\#(amount)""#,
        ].merging(fields) { $1 }
        return "{" + all.filter { !$0.value.isEmpty }.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",") + "}"
    }

    func cancel(_ id: String) async throws -> String {
        try await publish("withdrawal.cancel.v1", body: #"{"withdrawal_id":"\#(id)","partner_id":"\#(partner.id)"}"#)
    }

    func giveUp(_ id: String) async throws -> String {
        try await publish(
            "withdrawal.settle.v1",
            body: #"{"withdrawal_id":"\#(id)","partner_id":"\#(partner.id)","given_up":true}"#
        )
    }

    func settle(_ id: String, _ txid: TransactionID) async throws -> String {
        try await publish(
            "withdrawal.settle.v1",
            body: #"{"withdrawal_id":"\#(id)","partner_id":"\#(partner.id)","txid":"\#(txid)"}"#
        )
    }

    // MARK: Hearing and sending

    private struct Order: Sendable {
        var id: String
        var feeLimit: Sun
    }

    private func listen() async throws {
        let (orders, queue) = AsyncStream.makeStream(of: Order.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await order in orders { try await send(order) } }
            let events = "upstream.\(partner.id).events"
            for await batch in messaging.deliveries(from: events, prefetch: 500, batch: 200) {
                for delivery in batch {
                    var event = try JSONDecoder().decode(HeardEvent.self, from: Data(delivery.body))
                    event.type = delivery.properties.type ?? ""
                    if let course = book.take(event), course.conduct != .wait {
                        queue.yield(Order(id: course.id, feeLimit: Sun(event.feeLimit ?? 0)))
                    }
                }
                batch.acknowledge()
            }
            queue.finish()
            try await group.waitForAll()
        }
    }

    private func send(_ order: Order) async throws {
        // What was sent is never sent again, whatever the events say: it would be a second payment.
        guard let course = book[order.id], course.txid == nil, course.newest?.name == "ready" else { return }
        let txid = try await send(course, feeLimit: order.feeLimit)
        if course.conduct == .sendAndSettle { _ = try await settle(course.id, txid) }
    }

    /// Sends a withdrawal's transfer.
    func send(_ course: Course, feeLimit: Sun) async throws -> TransactionID {
        let signed = try await transfer(
            course.amount,
            from: partner.wallets[course.wallet],
            to: course.recipient,
            feeLimit: feeLimit
        )
        book.update(course.id) { course in
            course.txid = signed.id
            course.bytes = signed.bytes
        }
        try await broadcast(signed)
        return signed.id
    }

    /// The energy that a transfer to somebody new would take now, by a node's simulation.
    func simulate(_ amount: TokenAmount, wallet: Int) async throws -> Energy {
        let call = TRC20Call.transfer(recipient: PrivateKey.random().address, amount: amount)
        let owner = partner.wallets[wallet].address
        let trigger = TriggerSmartContract(owner: owner, contractAddress: token, data: call.data)
        let simulation = try await chain.simulate(trigger)
        guard !simulation.isReverted else { throw EndToEndError("the transfer reverts: \(simulation.message)") }
        return simulation.energy
    }

    /// Gives the network the bytes until a node has taken them.
    func broadcast(_ signed: SignedTransaction) async throws {
        for _ in 0..<100 {
            switch await chain.broadcast(signed) {
            case .accepted, .duplicate: return
            case .definitelyRejected(let rejection): throw EndToEndError("transfer \(signed.id) refused: \(rejection)")
            case .retrySameBytes, .unknown: try await Task.sleep(for: .milliseconds(200))
            }
        }
        throw EndToEndError("no node took transfer \(signed.id)")
    }

    /// A signed transfer.
    func transfer(
        _ amount: TokenAmount,
        from key: PrivateKey,
        to recipient: TronAddress,
        feeLimit: Sun
    ) async throws -> SignedTransaction {
        let builder = TransactionBuilder(reference: try await chain.referenceBlock(), time: try await devnet.now())
        let body = builder.transfer(amount, of: token, from: key.address, to: recipient, feeLimit: feeLimit)
        let rules = SigningRules(
            contracts: [.triggerSmartContract],
            owners: [key.address],
            destinations: .any,
            maximumAmount: .zero,
            permissionID: 0,
            tokens: [token: amount],
            maximumFeeLimit: feeLimit
        )
        return try Signer(key: key, rules: rules).sign(body)
    }

    // MARK: Waiting

    /// Waits for the event of this name about a withdrawal.
    @discardableResult
    func event(_ name: String, of id: String, limit: Duration = .seconds(60)) async throws -> HeardEvent {
        try await book.wait("\(id) is \(name)", limit: limit) { book in
            book[id]?.events.values.contains { $0.name == name } == true
        }
        guard let event = book[id]?.events.values.first(where: { $0.name == name }) else {
            throw EndToEndError("\(id) lost its event")
        }
        return event
    }

    /// Waits for a summary of a batch.
    func summary(of batch: String, sequence: Int, limit: Duration = .seconds(90)) async throws -> HeardEvent {
        @Sendable func find(_ book: UpstreamBook) -> HeardEvent? {
            book.batches.first { $0.batch == batch && $0.sequence == sequence }
        }
        try await book.wait("batch \(batch) is summed up", limit: limit) { find($0) != nil }
        guard let event = find(book) else { throw EndToEndError("the summary is gone") }
        return event
    }

    /// Waits for the answer to a refused message.
    func rejection(of messageID: String, limit: Duration = .seconds(30)) async throws -> HeardEvent {
        try await book.wait("message \(messageID) is rejected", limit: limit) { book in
            book.rejections.contains { $0.messageID == messageID }
        }
        guard let event = book.rejections.first(where: { $0.messageID == messageID }) else {
            throw EndToEndError("the rejection is gone")
        }
        return event
    }

    /// Waits until every withdrawal has an outcome.
    func allEnded(limit: Duration = .seconds(120)) async throws {
        try await book.wait("every withdrawal has ended", limit: limit) { book in
            book.courses.allSatisfy { $0.outcome != nil }
        }
    }
}
