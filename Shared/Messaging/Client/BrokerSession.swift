internal import CRabbitMQ
internal import IOThread

/// Short requests to the broker, each awaited: for the command line, migrations and tests. Not for the hot path.
///
/// It connects when first used and does not reconnect on its own behalf: after a failure the next request connects anew.
/// Close it when done.
public actor BrokerSession {
    private nonisolated let thread = IOThread(name: "amqp-session")
    private nonisolated let watchdog = Watchdog()
    private let callGuard: CallGuard
    private let configuration: MessagingConfiguration
    private var connection: BrokerConnection?
    private var isClosed = false

    /// The session's own thread: librabbitmq blocks there and never in the cooperative pool.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Connects nothing yet: the first request does, so a wrong configuration shows there.
    public init(_ configuration: MessagingConfiguration) {
        self.configuration = configuration
        callGuard = CallGuard(limit: configuration.heartbeat * 2)
        watchdog.watch(callGuard)
    }

    deinit {
        thread.stop()
        watchdog.stop()
    }

    /// Runs `body` with a session and closes it.
    public static func with<R>(
        _ configuration: MessagingConfiguration,
        _ body: (BrokerSession) async throws -> R
    ) async throws -> R {
        let session = BrokerSession(configuration)
        do {
            let result = try await body(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }

    /// Connects, if it is not connected: throws what keeps it from doing so (wrong password, missing vhost …).
    public func connect() throws(MessagingError) { _ = try open() }

    /// Declares all of it; throws the first refusal, after everything else was declared.
    public func declare(_ topology: Topology) throws(MessagingError) {
        let refusals = try work { connection, _ throws(MessagingError) in try connection.declare(topology) }
        if let refusal = refusals.first { throw refusal }
    }

    /// - Returns: the number of messages that are ready in it.
    @discardableResult
    public func declareQueue(_ queue: Topology.Queue) throws(MessagingError) -> Int {
        try work { connection, channel throws(MessagingError) in try connection.declare(queue, on: channel) }
    }

    /// The messages that are ready, without those that consumers hold. The broker may lag a little.
    public func messageCount(of queue: String) throws(MessagingError) -> Int {
        try work { connection, channel throws(MessagingError) in
            try connection.declareQueue(queue, passive: true, [:], on: channel)
        }
    }

    /// Deletes it with all that is in it. That there is none is no error.
    public func deleteQueue(_ queue: String) throws(MessagingError) {
        try work { connection, channel throws(MessagingError) in
            let arena = Arena()
            let name = arena.bytes(queue)
            try connection.request("queue.delete \(queue)", channel: channel) {
                amqp_queue_delete(connection.handle, channel, name, 0, 0) != nil
            }
        }
    }

    /// Deletes it with its bindings. That there is none is no error.
    public func deleteExchange(_ exchange: String) throws(MessagingError) {
        try work { connection, channel throws(MessagingError) in
            let arena = Arena()
            let name = arena.bytes(exchange)
            try connection.request("exchange.delete \(exchange)", channel: channel) {
                amqp_exchange_delete(connection.handle, channel, name, 0) != nil
            }
        }
    }

    /// Throws away what is ready.
    public func purge(_ queue: String) throws(MessagingError) {
        try work { connection, channel throws(MessagingError) in
            let arena = Arena()
            let name = arena.bytes(queue)
            try connection.request("queue.purge \(queue)", channel: channel) {
                amqp_queue_purge(connection.handle, channel, name) != nil
            }
        }
    }

    /// Binds a queue to an exchange (`queue.bind`); that it is bound already is no error.
    /// ``MessagingError/Code/notFound`` when
    /// either is missing.
    public func bind(_ binding: Topology.Binding) throws(MessagingError) {
        try work { connection, channel throws(MessagingError) in try connection.bind(binding, on: channel) }
    }

    /// Takes one message off the queue for good; `nil` if none is ready.
    public func get(from queue: String) throws(MessagingError) -> Delivery? {
        try work { connection, channel throws(MessagingError) in
            guard let delivery = try connection.get(from: queue, on: channel) else { return nil }
            try connection.send("basic.ack") { amqp_basic_ack(connection.handle, channel, delivery.tag, 0) }
            return delivery
        }
    }

    /// Looks at the messages at the head of the queue and leaves them there, marked as redelivered.
    public func peek(at queue: String, limit: Int) throws(MessagingError) -> [Delivery] {
        try work { connection, channel throws(MessagingError) in
            var deliveries: [Delivery] = []
            while deliveries.count < limit, let delivery = try connection.get(from: queue, on: channel) {
                deliveries.append(delivery)
            }
            // Closing the channel puts them back where they were.
            return deliveries
        }
    }

    /// Ends the connection. The session cannot be used afterwards.
    public func close() {
        isClosed = true
        connection?.close()
        connection = nil
    }

    private func open() throws(MessagingError) -> BrokerConnection {
        if isClosed { throw MessagingError(.stopped, "the session is closed", call: "connect") }
        if let connection { return connection }
        var failure = MessagingError(.connectionFailed, "no host is configured", call: "connect")
        for host in configuration.hosts {
            callGuard.enter()
            defer { callGuard.leave() }
            do throws(MessagingError) {
                let fresh = try BrokerConnection(
                    host,
                    configuration,
                    name: configuration.connectionName + "-session",
                    callGuard: callGuard
                )
                connection = fresh
                return fresh
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// One request on a channel of its own. A connection that has been idle may be dead: then once more on a new one.
    private func work<R>(
        _ body: (BrokerConnection, UInt16) throws(MessagingError) -> R
    ) throws(MessagingError) -> R {
        let isFresh = connection == nil
        do throws(MessagingError) {
            return try attempt(body)
        } catch {
            guard error.endsConnection, error.code == .connectionLost, !isFresh else { throw error }
        }
        return try attempt(body)
    }

    private func attempt<R>(
        _ body: (BrokerConnection, UInt16) throws(MessagingError) -> R
    ) throws(MessagingError) -> R {
        let open = try open()
        callGuard.enter()
        defer { callGuard.leave() }
        do throws(MessagingError) {
            let channel = try open.openChannel()
            let result = try body(open, channel)
            try open.closeChannel(channel)
            open.releaseBuffers()
            return result
        } catch {
            if error.endsConnection { connection = nil }
            throw error
        }
    }
}

extension BrokerConnection {
    /// One message, unsettled; `nil` if none is ready.
    fileprivate func get(from queue: String, on channel: UInt16) throws(MessagingError) -> Delivery? {
        let arena = Arena()
        let name = arena.bytes(queue)
        var tag: UInt64 = 0
        var redelivered = false
        var exchange = ""
        var routingKey = ""
        var isEmpty = true
        try request("basic.get \(queue)", channel: channel) {
            let reply = amqp_basic_get(handle, channel, name, 0)
            guard reply.reply_type == AMQP_RESPONSE_NORMAL else { return false }
            guard reply.reply.id == AMQP_BASIC_GET_OK_METHOD,
                let ok = reply.reply.arguments(as: amqp_basic_get_ok_t.self)
            else { return true }
            tag = ok.delivery_tag
            redelivered = ok.redelivered != 0
            exchange = String(ok.exchange)
            routingKey = String(ok.routing_key)
            isEmpty = false
            return true
        }
        if isEmpty { return nil }
        var message = amqp_message_t()
        try check(amqp_read_message(handle, channel, &message, 0), "read message", channel: channel)
        defer { amqp_destroy_message(&message) }
        let contents = Delivery.Contents(
            body: Array(message.body.buffer),
            properties: MessageProperties(message.properties),
            exchange: exchange,
            routingKey: routingKey,
            queue: queue
        )
        return Delivery(contents: contents, tag: tag, redelivered: redelivered)
    }
}
