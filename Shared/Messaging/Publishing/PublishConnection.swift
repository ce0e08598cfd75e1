internal import CRabbitMQ
internal import DequeModule
internal import IOThread
internal import Logging

/// The connection that publishes, on its own thread.
///
/// One turn of its loop reads what the broker has said, sends what the window allows, answers callers, and sleeps until
/// the socket, a new call or the next deadline.
actor PublishConnection {
    private nonisolated let thread = IOThread(name: "amqp-publish")
    private nonisolated let callGuard: CallGuard
    private nonisolated let configuration: MessagingConfiguration
    private nonisolated let shared: ClientState
    private let topology: Topology
    private let arena = Arena()

    private var isStarted = false
    private var reconnection: Reconnection
    private var connection: BrokerConnection?
    /// 0 while there is none.
    private var channel: UInt16 = 0
    /// To be sent, in order.
    private var pending: Deque<PublishSlot> = []
    /// Refused by the broker, to be sent again at a later moment.
    private var refused = RefusedMessages()
    private var table = ConfirmTable<PublishSlot>()
    private var calls: [ObjectIdentifier: PublishBatch] = [:]
    private var nextDeadline: ContinuousClock.Instant?
    /// So many messages are sent one at a time, because one of them made the broker close the channel.
    private var suspects = 0
    private var blockedSince: ContinuousClock.Instant?
    private var waitsForSocket = false
    /// Callers have given up on messages since the window was last looked at.
    private var mayBeStuck = false
    private var incomingReturn: IncomingReturn?
    private var tally = PublishTally()
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

    nonisolated func publish(
        _ messages: [OutgoingMessage],
        timeout: Duration
    ) async throws(MessagingError) -> [PublishOutcome] {
        if messages.isEmpty { return [] }
        for (position, message) in messages.enumerated() {
            try message.validate(maximumSize: configuration.maximumMessageSize, position: position)
        }
        let ticket = PublishTicket()
        let deadline = ContinuousClock.now + timeout
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: PublishBatch.Continuation) in
                let accepted = thread.perform {
                    self.assumeIsolated { $0.submit(messages, deadline: deadline, ticket, continuation) }
                }
                if !accepted { continuation.resume(returning: .failure(MessagingError.publisherStopped)) }
            }
        } onCancel: {
            ticket.cancel()
            thread.perform { self.assumeIsolated { $0.cancel(ticket) } }
        }
        return try result.get()
    }

    /// Waits for outstanding confirms, then closes.
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

    /// The client is gone: nobody waits any more.
    nonisolated func abandon() {
        thread.perform { self.assumeIsolated { $0.end() } }
    }

    // MARK: - On the thread

    private func begin() {
        isStarted = true
        turn()
    }

    private func submit(
        _ messages: [OutgoingMessage],
        deadline: ContinuousClock.Instant,
        _ ticket: PublishTicket,
        _ continuation: PublishBatch.Continuation
    ) {
        let batch = PublishBatch(messages, deadline: deadline, ticket, continuation)
        guard stopping == nil else { return batch.fail(MessagingError.publisherStopped) }
        guard !ticket.isCancelled else { return batch.fail(MessagingError.publisherCancelled) }
        calls[ObjectIdentifier(ticket)] = batch
        nextDeadline = min(nextDeadline ?? deadline, deadline)
        for index in messages.indices { pending.append(PublishSlot(batch: batch, index: index)) }
        turn()
    }

    private func cancel(_ ticket: PublishTicket) {
        guard let batch = calls.removeValue(forKey: ObjectIdentifier(ticket)) else { return }
        batch.fail(MessagingError.publisherCancelled)
        dropFinished()
        turn()
    }

    private func beginStop(_ stopping: Stopping) {
        self.stopping = stopping
        turn()
    }

    private func hurryStop() {
        guard let stopping else { return }
        self.stopping = Stopping(deadline: .now, waiter: stopping.waiter)
        turn()
    }

    private func turn() {
        callGuard.enter()
        do throws(MessagingError) {
            try connectIfDue()
            if let connection {
                repeat {
                    try receive(connection)
                    try send(connection)
                } while connection.hasBufferedFrames
                connection.releaseBuffers()
            }
        } catch {
            lose(error)
        }
        callGuard.leave()
        failOverdue()
        report()
        if let stopping, calls.isEmpty || stopping.deadline <= .now { return end() }
        sleep()
    }

    private func connectIfDue() throws(MessagingError) {
        guard isStarted, connection == nil, reconnection.due <= .now else { return }
        if let stopping, stopping.deadline <= .now { return }
        guard let host = reconnection.host else {
            throw MessagingError(.connectionFailed, "no host is configured", call: "connect")
        }
        let name = configuration.connectionName + "-publish"
        let connection = try BrokerConnection(host, configuration, name: name, callGuard: callGuard)
        for refusal in try connection.declare(topology) {
            shared.failed(.publish, refusal, "part of the topology is refused")
        }
        channel = try openChannel(connection)
        self.connection = connection
        reconnection.succeeded()
        shared.connected(.publish, host: host)
    }

    private func openChannel(_ connection: BrokerConnection) throws(MessagingError) -> UInt16 {
        let number = try connection.openChannel()
        try connection.request("confirm.select", channel: number) {
            amqp_confirm_select(connection.handle, number) != nil
        }
        return number
    }

    private func lose(_ error: MessagingError) {
        if let connection { thread.unwatch(connection.descriptor) }
        connection = nil
        channel = 0
        waitsForSocket = false
        incomingReturn = nil
        unblock()
        pending.prepend(contentsOf: table.reset().filter { !$0.batch.isFinished }.map(\.unreturned))
        reconnection.failed()
        shared.disconnected(.publish, error)
    }

    // MARK: - Receiving

    private func receive(_ connection: BrokerConnection) throws(MessagingError) {
        var raw = amqp_frame_t()
        while try connection.nextFrame(&raw) {
            switch Frame(raw) {
            case .method(let method) where raw.channel == 0: try take(ConnectionNotice(method), connection)
            case .method(let method) where raw.channel == channel: try take(method, connection)
            case .header(let properties, let size) where raw.channel == channel:
                incomingReturn?.take(properties, bodySize: size)
                finishReturn()
            case .body(let bytes) where raw.channel == channel:
                incomingReturn?.take(bytes)
                finishReturn()
            default: break
            }
        }
    }

    private func take(_ notice: ConnectionNotice, _ connection: BrokerConnection) throws(MessagingError) {
        switch notice {
        case .closed(let error):
            connection.confirmClosedConnection()
            throw error
        case .blocked(let reason):
            guard blockedSince == nil else { return }
            blockedSince = .now
            shared.update {
                $0.blocked = reason
                $0.blockedSince = .now
            }
            shared.logger.warning("the broker takes no messages", metadata: ["reason": "\(reason)"])
            shared.report(.blocked(reason: reason))
        case .unblocked: unblock()
        case .none: break
        }
    }

    private func unblock() {
        guard let since = blockedSince else { return }
        blockedSince = nil
        shared.update {
            $0.blocked = nil
            $0.blockedSince = nil
        }
        shared.logger.info("the broker takes messages again")
        shared.report(.unblocked(after: .now - since))
    }

    private func take(_ method: amqp_method_t, _ connection: BrokerConnection) throws(MessagingError) {
        switch method.id {
        case AMQP_BASIC_ACK_METHOD:
            guard let ack = method.arguments(as: amqp_basic_ack_t.self) else { return }
            settle(ack.delivery_tag, multiple: ack.multiple != 0, .confirmed)
        case AMQP_BASIC_NACK_METHOD:
            guard let nack = method.arguments(as: amqp_basic_nack_t.self) else { return }
            settle(nack.delivery_tag, multiple: nack.multiple != 0, nil)
        case AMQP_BASIC_RETURN_METHOD:
            guard let back = method.arguments(as: amqp_basic_return_t.self) else { return }
            incomingReturn = IncomingReturn(back)
        case AMQP_CHANNEL_CLOSE_METHOD:
            let error = MessagingError(channelClose: method, call: "publish")
            try connection.confirmClosedChannel(channel)
            isolateCulprit(error)
        default: break
        }
    }

    /// - Parameter outcome: `nil` for a negative confirm.
    private func settle(_ number: UInt64, multiple: Bool, _ outcome: PublishOutcome?) {
        table.settle(number, multiple: multiple) { slot in
            if suspects > 0 { suspects -= 1 }
            if let outcome = slot.returned ?? outcome {
                resolve(slot, outcome)
            } else if !refused.insert(slot) {
                resolve(slot, .refused(reason: "the broker could not take it (basic.nack)"))
            }
        }
    }

    private func resolve(_ slot: PublishSlot, _ outcome: PublishOutcome) {
        tally.add(outcome)
        if slot.batch.settle(slot.index, outcome) { calls[slot.batch.id] = nil }
    }

    /// A returned message carries no number, but comes before its confirm and in the order of publishing.
    private func finishReturn() {
        guard let back = incomingReturn, back.isComplete else { return }
        incomingReturn = nil
        table.updateFirst { slot in
            guard slot.returned == nil, back.isCopy(of: slot.message) else { return false }
            slot.returned = back.outcome
            return true
        }
    }

    /// The broker closes the channel over one message (no such exchange, no permission, a wrong user id) without saying
    /// which. Those on the wire are sent again one at a time, so that the one at fault stands alone.
    private func isolateCulprit(_ error: MessagingError) {
        channel = 0
        incomingReturn = nil
        var slots = table.reset().filter { !$0.batch.isFinished }.map(\.unreturned)
        if slots.count == 1 {
            if suspects > 0 { suspects -= 1 }
            resolve(slots.removeFirst(), .refused(reason: error.reason))
            shared.failed(.publish, error, "a message is refused")
        } else {
            suspects = max(suspects, slots.count)
        }
        pending.prepend(contentsOf: slots)
    }

    // MARK: - Sending

    /// So many bytes go out between two looks at the socket. The send buffer has room for these and one largest message
    /// whenever the kernel calls it writable, so that a send does not wait.
    private static let burst = 16 * 1024

    private func send(_ connection: BrokerConnection) throws(MessagingError) {
        waitsForSocket = false
        pending.prepend(contentsOf: refused.takeDue())
        guard blockedSince == nil, !pending.isEmpty else { return }
        if channel == 0 { channel = try openChannel(connection) }
        let window = suspects > 0 ? 1 : configuration.publishWindow
        try replaceIfStuck(window)
        var budget = 0
        while table.outstanding < window, table.span < 16 * configuration.publishWindow, let slot = pending.first {
            if slot.batch.isFinished {
                pending.removeFirst()
                continue
            }
            if budget <= 0 {
                guard connection.isWritable else {
                    waitsForSocket = true
                    return
                }
                budget = Self.burst
            }
            pending.removeFirst()
            table.append(slot)
            slot.batch.willSend(slot.index)
            let message = slot.message
            budget -= message.body.count + 256
            try write(message, connection)
            tally.published += 1
        }
    }

    /// A queue without a leader confirms nothing, and its messages keep the window from all others for ever. When callers
    /// have given up on half of a full window, a new connection lets the rest go on.
    private func replaceIfStuck(_ window: Int) throws(MessagingError) {
        guard mayBeStuck, table.outstanding >= window else { return }
        mayBeStuck = false
        let givenUp = table.count { $0.batch.isFinished }
        guard givenUp * 2 >= table.outstanding else { return }
        throw MessagingError(
            .connectionLost,
            "\(givenUp) messages of the window were not confirmed in time",
            call: "publish",
            endsConnection: true
        )
    }

    private func write(_ message: OutgoingMessage, _ connection: BrokerConnection) throws(MessagingError) {
        arena.reset()
        var properties = arena.properties(message.properties)
        let exchange = arena.bytes(message.exchange)
        let key = arena.bytes(message.routingKey)
        let mandatory: amqp_boolean_t = message.mandatory ? 1 : 0
        let status = message.body.withUnsafeBytes { body in
            // The library does not write to it.
            let content = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
            return amqp_basic_publish(
                connection.handle,
                channel,
                exchange,
                key,
                mandatory,
                0,
                &properties,
                content
            )
        }
        if status != AMQP_STATUS_OK.rawValue { throw MessagingError(library: status, call: "basic.publish") }
    }

    // MARK: - Sleeping and ending

    private func failOverdue() {
        guard let due = nextDeadline, due <= .now else { return }
        let now = ContinuousClock.now
        nextDeadline = nil
        for (id, batch) in calls {
            if batch.deadline <= now {
                calls[id] = nil
                batch.fail(.unconfirmed(shared.state, isStarted: isStarted))
            } else {
                nextDeadline = min(nextDeadline ?? batch.deadline, batch.deadline)
            }
        }
        dropFinished()
    }

    private func dropFinished() {
        mayBeStuck = true
        pending.removeAll { $0.batch.isFinished }
        refused.dropFinished()
    }

    private func report() {
        tally.report(to: shared)
        tally = PublishTally()
    }

    private func sleep() {
        if let connection {
            thread.watch(connection.descriptor, for: waitsForSocket ? [.read, .write] : .read) { [unowned self] in
                self.assumeIsolated { $0.turn() }
            }
        }
        // The library sends and checks heartbeats only while it is called.
        var wake = ContinuousClock.now + min(.seconds(1), configuration.heartbeat / 4)
        if isStarted, connection == nil { wake = min(wake, reconnection.due) }
        if let nextDeadline { wake = min(wake, nextDeadline) }
        if let due = refused.nextDue { wake = min(wake, due) }
        if let stopping { wake = min(wake, stopping.deadline) }
        thread.alarm(after: wake - .now) { [unowned self] in self.assumeIsolated { $0.turn() } }
    }

    private func end() {
        callGuard.enter()
        let error = MessagingError(.stopped, "the client stopped before the broker confirmed", call: "publish")
        for batch in calls.values { batch.fail(error) }
        calls.removeAll()
        pending.removeAll()
        refused = RefusedMessages()
        _ = table.reset()
        if let connection {
            thread.unwatch(connection.descriptor)
            connection.close()
            shared.closed(.publish)
        }
        connection = nil
        thread.cancelAlarm()
        callGuard.leave()
        thread.stop()
        stopping?.waiter.resume()
        stopping = nil
    }
}
