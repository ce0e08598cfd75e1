internal import CRabbitMQ

extension BrokerConnection {
    /// Declares all of it on a channel of its own.
    ///
    /// What the broker refuses (it exists with other arguments, a missing permission) is returned and does not keep the rest
    /// from being declared: the parts that stand may still be used.
    func declare(_ topology: Topology) throws(MessagingError) -> [MessagingError] {
        var refusals: [MessagingError] = []
        var channel: UInt16?
        let steps =
            topology.exchanges.map(DeclarationStep.exchange) + topology.queues.map(DeclarationStep.queue)
            + topology.bindings.map(DeclarationStep.binding)
        for step in steps {
            let open: UInt16
            if let channel { open = channel } else { open = try openChannel() }
            channel = open
            do throws(MessagingError) {
                try perform(step, on: open)
            } catch {
                if error.endsConnection { throw error }
                refusals.append(error)
                channel = nil
            }
        }
        if let channel { try closeChannel(channel) }
        return refusals
    }

    private func perform(_ step: DeclarationStep, on channel: UInt16) throws(MessagingError) {
        switch step {
        case .exchange(let exchange): try declare(exchange, on: channel)
        case .queue(let queue): _ = try declare(queue, on: channel)
        case .binding(let binding): try bind(binding, on: channel)
        }
    }

    func declare(_ exchange: Topology.Exchange, on channel: UInt16) throws(MessagingError) {
        let arena = Arena()
        defer { arena.free() }
        let arguments = arena.table(exchange.alternate.map { ["alternate-exchange": .string($0)] } ?? [:])
        let name = arena.bytes(exchange.name)
        let kind = arena.bytes(exchange.kind.rawValue)
        try request("exchange.declare \(exchange.name)", channel: channel) {
            amqp_exchange_declare(handle, channel, name, kind, 0, 1, 0, 0, arguments) != nil
        }
    }

    /// - Returns: the number of messages that are ready.
    func declare(_ queue: Topology.Queue, on channel: UInt16) throws(MessagingError) -> Int {
        try declareQueue(queue.name, passive: false, ["x-queue-type": .string(queue.kind.rawValue)], on: channel)
    }

    /// - Parameter passive: only asks whether it is there.
    func declareQueue(
        _ queue: String,
        passive: Bool,
        _ arguments: [String: HeaderValue],
        on channel: UInt16
    ) throws(MessagingError) -> Int {
        let arena = Arena()
        defer { arena.free() }
        let table = arena.table(arguments)
        let name = arena.bytes(queue)
        var count = 0
        try request("queue.declare \(queue)", channel: channel) {
            guard let answer = amqp_queue_declare(handle, channel, name, passive ? 1 : 0, 1, 0, 0, table) else {
                return false
            }
            count = Int(answer.pointee.message_count)
            return true
        }
        return count
    }

    func bind(_ binding: Topology.Binding, on channel: UInt16) throws(MessagingError) {
        let arena = Arena()
        defer { arena.free() }
        let queue = arena.bytes(binding.queue)
        let exchange = arena.bytes(binding.exchange)
        let key = arena.bytes(binding.routingKey)
        try request("queue.bind \(binding.exchange) -> \(binding.queue)", channel: channel) {
            amqp_queue_bind(handle, channel, queue, exchange, key, amqp_table_t()) != nil
        }
    }
}

private enum DeclarationStep {
    case exchange(Topology.Exchange)
    case queue(Topology.Queue)
    case binding(Topology.Binding)
}
