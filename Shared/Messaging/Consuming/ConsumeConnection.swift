internal import CRabbitMQ
internal import IOThread
internal import Logging

/// The connection that consumes, on its own thread: one channel per consumer.
actor ConsumeConnection {
    private nonisolated let thread = IOThread(name: "amqp-consume")
    private nonisolated let callGuard: CallGuard
    private let configuration: MessagingConfiguration
    private let shared: ClientState
    private let topology: Topology

    private var isStarted = false
    private var reconnection: Reconnection
    private var connection: BrokerConnection?
    private var consumers: [ObjectIdentifier: ConsumerChannel] = [:]
    private var byChannel: [UInt16: ConsumerChannel] = [:]
    private var stopping: Stopping?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ configuration: MessagingConfiguration, topology: Topology, shared: ClientState, watchdog: Watchdog) {
        self.configuration = configuration
        self.topology = topology
        self.shared = shared
        reconnection = Reconnection(configuration)
        callGuard = CallGuard(limit: configuration.heartbeat * 2)
        watchdog.watch(callGuard)
    }

    // MARK: - From any task

    nonisolated func start() {
        thread.perform { self.assumeIsolated { $0.begin() } }
    }

    nonisolated func subscribe(_ buffer: DeliveryBuffer) {
        if !thread.perform({ self.assumeIsolated { $0.add(buffer) } }) { buffer.end() }
    }

    nonisolated func unsubscribe(_ buffer: DeliveryBuffer) {
        thread.perform { self.assumeIsolated { $0.remove(buffer) } }
    }

    nonisolated func flushSettlements(of buffer: DeliveryBuffer) {
        thread.perform { self.assumeIsolated { $0.turn() } }
    }

    /// Cancels the consumers, lets handlers settle what they hold, then closes.
    nonisolated func stop(within limit: Duration) async {
        callGuard.hasten(to: .seconds(3))
        await withCheckedContinuation { continuation in
            let stopping = Stopping(deadline: .now + limit, waiter: continuation)
            if !thread.perform({ self.assumeIsolated { $0.beginStop(stopping) } }) { continuation.resume() }
        }
    }

    /// Cuts short whatever the thread is waiting for.
    nonisolated func hurry() {
        callGuard.hasten(to: .milliseconds(500))
        thread.perform { self.assumeIsolated { $0.hurryStop() } }
    }

    /// The client is gone.
    nonisolated func abandon() {
        thread.perform { self.assumeIsolated { $0.end() } }
    }

    // MARK: - On the thread

    private func begin() {
        isStarted = true
        turn()
    }

    private func add(_ buffer: DeliveryBuffer) {
        guard stopping == nil else { return buffer.end() }
        let backoff = Backoff(minimum: configuration.minimumBackoff, maximum: configuration.maximumBackoff)
        consumers[ObjectIdentifier(buffer)] = ConsumerChannel(buffer, backoff: backoff)
        turn()
    }

    private func remove(_ buffer: DeliveryBuffer) {
        guard let consumer = consumers[ObjectIdentifier(buffer)] else { return }
        work { connection throws(MessagingError) in
            try self.settle(consumer, connection)
            try self.leave(consumer, connection, within: self.configuration.drainTimeout)
        }
        if consumer.channel == 0 { consumers[ObjectIdentifier(buffer)] = nil }
        turn()
    }

    private func beginStop(_ stopping: Stopping) {
        self.stopping = stopping
        for consumer in consumers.values { consumer.buffer.end() }
        work { connection throws(MessagingError) in
            for consumer in Array(self.consumers.values) {
                try self.settle(consumer, connection)
                try self.leave(consumer, connection, within: stopping.deadline - .now)
            }
        }
        for (id, consumer) in consumers where consumer.channel == 0 { consumers[id] = nil }
        turn()
    }

    private func hurryStop() {
        guard let stopping else { return }
        self.stopping = Stopping(deadline: .now, waiter: stopping.waiter)
        turn()
    }

    /// Calls the library under the watchdog's eye; an error that ends the connection ends it.
    private func work(_ body: (BrokerConnection) throws(MessagingError) -> Void) {
        guard let connection else { return }
        callGuard.enter()
        defer { callGuard.leave() }
        do throws(MessagingError) { try body(connection) } catch { lose(error) }
    }

    private func turn() {
        callGuard.enter()
        do throws(MessagingError) {
            try connectIfDue()
            if let connection {
                repeat {
                    try receive(connection)
                    try handOver(connection)
                    for consumer in consumers.values { try settle(consumer, connection) }
                    try startConsumers(connection)
                    try closeSettledChannels(connection)
                } while connection.hasBufferedFrames
                connection.releaseBuffers()
            }
        } catch {
            lose(error)
        }
        callGuard.leave()
        reportSlowStarts()
        publishState()
        if let stopping, consumers.isEmpty || connection == nil || stopping.deadline <= .now { return end() }
        sleep()
    }

    private func connectIfDue() throws(MessagingError) {
        guard isStarted, stopping == nil, connection == nil, reconnection.due <= .now else { return }
        guard let host = reconnection.host else {
            throw MessagingError(.connectionFailed, "no host is configured", call: "connect")
        }
        let name = configuration.connectionName + "-consume"
        let connection = try BrokerConnection(host, configuration, name: name, callGuard: callGuard)
        try declare(connection)
        self.connection = connection
        reconnection.succeeded()
        shared.connected(.consume, host: host)
    }

    private func declare(_ connection: BrokerConnection) throws(MessagingError) {
        for refusal in try connection.declare(topology) {
            shared.failed(.consume, refusal, "part of the topology is refused")
        }
    }

    private func lose(_ error: MessagingError) {
        if let connection { thread.unwatch(connection.descriptor) }
        connection = nil
        byChannel.removeAll()
        for (id, consumer) in consumers {
            let isLeaving = if case .leaving = consumer.phase { true } else { false }
            consumer.forget()
            consumer.phase = .waiting(until: .now)
            if isLeaving { consumers[id] = nil }
        }
        reconnection.failed()
        shared.disconnected(.consume, error)
    }

    // MARK: - Receiving

    private func receive(_ connection: BrokerConnection) throws(MessagingError) {
        var raw = amqp_frame_t()
        var number: UInt16 = 0
        var consumer: ConsumerChannel?
        while try connection.nextFrame(&raw) {
            let frame = Frame(raw)
            if raw.channel == 0 {
                if case .method(let method) = frame { try take(ConnectionNotice(method), connection) }
                continue
            }
            if number != raw.channel || consumer == nil {
                number = raw.channel
                consumer = byChannel[number]
            }
            guard let consumer, consumer.channel == number else { continue }
            switch frame {
            case .method(let method): try take(method, consumer, connection)
            case .header(let properties, let size): consumer.take(properties, bodySize: size)
            case .body(let bytes): consumer.take(bytes)
            case .other: break
            }
        }
    }

    private func take(_ notice: ConnectionNotice, _ connection: BrokerConnection) throws(MessagingError) {
        guard case .closed(let error) = notice else { return }
        connection.confirmClosedConnection()
        throw error
    }

    private func take(
        _ method: amqp_method_t,
        _ consumer: ConsumerChannel,
        _ connection: BrokerConnection
    ) throws(MessagingError) {
        switch method.id {
        case AMQP_BASIC_DELIVER_METHOD:
            guard let deliver = method.arguments(as: amqp_basic_deliver_t.self) else { return }
            consumer.take(deliver)
        case AMQP_BASIC_CONSUME_OK_METHOD:
            if case .starting = consumer.phase { consumer.phase = .consuming }
        case AMQP_BASIC_CANCEL_METHOD:
            let call = "consume \(consumer.buffer.queue)"
            let number = consumer.channel
            drop(consumer, MessagingError(.notFound, "the broker cancelled the consumer", call: call))
            try connection.closeChannel(number)
        case AMQP_CHANNEL_CLOSE_METHOD:
            let error = MessagingError(channelClose: method, call: "consume \(consumer.buffer.queue)")
            try connection.confirmClosedChannel(consumer.channel)
            drop(consumer, error)
        default: break
        }
    }

    /// The channel of a consumer is gone while the connection stands: begin anew.
    private func drop(_ consumer: ConsumerChannel, _ error: MessagingError) {
        byChannel[consumer.channel] = nil
        consumer.forget()
        if case .leaving = consumer.phase {
            consumers[ObjectIdentifier(consumer.buffer)] = nil
            return
        }
        var generator = SystemRandomNumberGenerator()
        consumer.phase = .waiting(until: .now + consumer.backoff.next(using: &generator))
        shared.failed(.consume, error, "a consumer is lost and begins anew")
        shared.report(.consumerLost(queue: consumer.buffer.queue, error))
    }

    private func handOver(_ connection: BrokerConnection) throws(MessagingError) {
        for consumer in consumers.values where consumer.hasArrivals {
            let (count, commands) = consumer.handOver()
            if count > 0 {
                consumer.backoff.reset()
                shared.report(.delivered(queue: consumer.buffer.queue, count: count))
            }
            try send(commands, consumer, connection)
        }
    }

    // MARK: - Settling

    private func settle(_ consumer: ConsumerChannel, _ connection: BrokerConnection) throws(MessagingError) {
        let (commands, acknowledged, handedBack) = consumer.takeSettlements()
        if commands.isEmpty { return }
        try send(commands, consumer, connection)
        let queue = consumer.buffer.queue
        if acknowledged > 0 { shared.report(.acknowledged(queue: queue, count: acknowledged)) }
        if handedBack > 0 { shared.report(.handedBack(queue: queue, count: handedBack)) }
    }

    private func send(
        _ commands: [SettlementLedger.Command],
        _ consumer: ConsumerChannel,
        _ connection: BrokerConnection
    ) throws(MessagingError) {
        let handle = connection.handle
        for command in commands {
            let multiple: amqp_boolean_t = command.multiple ? 1 : 0
            try connection.send("settle") {
                switch command.verdict {
                case .acknowledge: amqp_basic_ack(handle, consumer.channel, command.tag, multiple)
                case .requeue: amqp_basic_nack(handle, consumer.channel, command.tag, multiple, 1)
                case .reject: amqp_basic_nack(handle, consumer.channel, command.tag, multiple, 0)
                }
            }
        }
    }

    // MARK: - Beginning and leaving

    private func startConsumers(_ connection: BrokerConnection) throws(MessagingError) {
        for consumer in consumers.values {
            guard stopping == nil, case .waiting(let due) = consumer.phase, due <= .now else { continue }
            do throws(MessagingError) {
                if consumer.backoff.attempt > 0 { try declare(connection) }
                try start(consumer, connection)
            } catch {
                if error.endsConnection { throw error }
                drop(consumer, error)
            }
        }
    }

    private func start(_ consumer: ConsumerChannel, _ connection: BrokerConnection) throws(MessagingError) {
        let buffer = consumer.buffer
        let number = try connection.openChannel()
        consumer.begin(channel: number)
        byChannel[number] = consumer
        let arena = Arena()
        defer { arena.free() }
        let queue = arena.bytes(buffer.queue)
        let tag = arena.bytes(consumer.consumerTag)
        try connection.request("basic.qos \(buffer.queue)", channel: number) {
            amqp_basic_qos(connection.handle, number, 0, UInt16(buffer.prefetch), 0) != nil
        }
        var consume = amqp_basic_consume_t()
        consume.queue = queue
        consume.consumer_tag = tag
        try connection.send("basic.consume \(buffer.queue)") {
            amqp_send_method(connection.handle, number, AMQP_BASIC_CONSUME_METHOD, &consume)
        }
        consumer.phase = .starting(overdue: .now + configuration.rpcTimeout)
    }

    private func reportSlowStarts() {
        for consumer in consumers.values {
            guard case .starting(let overdue?) = consumer.phase, overdue <= .now else { continue }
            consumer.phase = .starting(overdue: nil)
            let call = "basic.consume \(consumer.buffer.queue)"
            let error = MessagingError(.timeout, "no answer yet: the queue may be without a leader", call: call)
            shared.failed(.consume, error, "a consumer does not begin")
        }
    }

    private func leave(
        _ consumer: ConsumerChannel,
        _ connection: BrokerConnection,
        within limit: Duration
    ) throws(MessagingError) {
        guard consumer.channel != 0 else { return }
        let number = consumer.channel
        guard consumer.isConsuming else {
            consumer.phase = .leaving(until: .now)
            return
        }
        let arena = Arena()
        defer { arena.free() }
        let tag = arena.bytes(consumer.consumerTag)
        consumer.phase = .leaving(until: .now + limit)
        do throws(MessagingError) {
            try connection.request("basic.cancel \(consumer.buffer.queue)", channel: number) {
                amqp_basic_cancel(connection.handle, number, tag) != nil
            }
        } catch {
            if error.endsConnection { throw error }
            drop(consumer, error)
        }
    }

    private func closeSettledChannels(_ connection: BrokerConnection) throws(MessagingError) {
        // Frames that came during a request are still to be read.
        guard !connection.hasBufferedFrames else { return }
        for (id, consumer) in consumers {
            guard case .leaving(let deadline) = consumer.phase, !consumer.holdsDeliveries || deadline <= .now else {
                continue
            }
            let number = consumer.channel
            consumers[id] = nil
            byChannel[number] = nil
            consumer.forget()
            try connection.closeChannel(number)
        }
    }

    // MARK: - Sleeping and ending

    private func publishState() {
        let wanted = consumers.count
        let active = connection == nil ? 0 : consumers.values.count { $0.isConsuming }
        shared.update {
            $0.consumersWanted = wanted
            $0.consumersActive = active
        }
    }

    private func sleep() {
        if let connection {
            thread.watch(connection.descriptor, for: .read) { [unowned self] in self.assumeIsolated { $0.turn() } }
        }
        // The library sends and checks heartbeats only while it is called.
        var wake = ContinuousClock.now + min(.seconds(1), configuration.heartbeat / 4)
        if isStarted, connection == nil { wake = min(wake, reconnection.due) }
        for consumer in consumers.values {
            switch consumer.phase {
            case .waiting(let due) where connection != nil: wake = min(wake, due)
            case .leaving(let deadline): wake = min(wake, deadline)
            default: break
            }
        }
        if let stopping { wake = min(wake, stopping.deadline) }
        thread.alarm(after: wake - .now) { [unowned self] in self.assumeIsolated { $0.turn() } }
    }

    private func end() {
        callGuard.enter()
        for consumer in consumers.values {
            consumer.buffer.end()
            consumer.forget()
        }
        consumers.removeAll()
        byChannel.removeAll()
        if let connection {
            thread.unwatch(connection.descriptor)
            connection.close()
            shared.closed(.consume)
        }
        connection = nil
        publishState()
        thread.cancelAlarm()
        callGuard.leave()
        thread.stop()
        stopping?.waiter.resume()
        stopping = nil
    }
}
