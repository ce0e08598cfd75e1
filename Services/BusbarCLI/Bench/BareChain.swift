internal import CPostgres
internal import CRabbitMQ
internal import Glibc

/// The limit the allocator is measured against: the same messages, rows and event over plain librabbitmq and libpq calls in
/// one thread, without decoding, checking or planning anything.
///
/// Takes what is buffered up to `batch`, writes it with one statement, publishes the events with confirms, waits for them,
/// acknowledges with one multiple-ack, and starts over.
struct BareChain {
    /// Where the servers are.
    struct Servers: Sendable {
        var brokerHost: String
        var brokerPort: Int32
        var brokerUser: String
        var brokerPassword: String
        var vhost: String
        /// libpq connection string.
        var database: String
    }

    /// What was measured.
    struct Measurement: Sendable {
        var messages = 0
        var commits = 0
        var seconds = 0.0
        var cpuSeconds = 0.0
    }

    /// Why it stopped.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let servers: Servers
    let requestQueue: String
    let eventExchange: String
    let eventKey: String
    let batch: Int

    /// Handles `count` requests that wait in the queue. Blocks its thread.
    func run(count: Int) throws(Failure) -> Measurement {
        let consumer = try open()
        defer { close(consumer) }
        let publisher = try open()
        defer { close(publisher) }
        let database = PQconnectdb(servers.database)
        defer { PQfinish(database) }
        guard PQstatus(database) == CONNECTION_OK else {
            throw Failure(description: "database: \(String(cString: PQerrorMessage(database)))")
        }
        try prepare(database)
        amqp_basic_qos(consumer, 1, 0, UInt16(batch * 2), 0)
        amqp_basic_consume(consumer, 1, amqp_cstring_bytes(requestQueue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table)
        try check(consumer, "consume")
        amqp_confirm_select(publisher, 1)
        try check(publisher, "confirm")

        var measurement = Measurement()
        var published: UInt64 = 0
        let cpuBefore = threadCPU()
        let start = monotonic()
        while measurement.messages < count {
            let (tags, bodies) = try take(from: consumer)
            guard let last = tags.last else { continue }
            try write(tags.count, database)
            published = try publish(bodies, publisher, after: published)
            amqp_basic_ack(consumer, 1, last, 1)
            measurement.messages += tags.count
            measurement.commits += 1
        }
        measurement.seconds = monotonic() - start
        measurement.cpuSeconds = threadCPU() - cpuBefore
        return measurement
    }

    private func open() throws(Failure) -> amqp_connection_state_t {
        guard let connection = amqp_new_connection(), let socket = amqp_tcp_socket_new(connection),
            amqp_socket_open(socket, servers.brokerHost, servers.brokerPort) == 0
        else { throw Failure(description: "broker: cannot connect to \(servers.brokerHost):\(servers.brokerPort)") }
        let reply = busbar_login(
            connection,
            servers.vhost,
            131_072,
            0,
            servers.brokerUser,
            servers.brokerPassword
        )
        guard reply.reply_type == AMQP_RESPONSE_NORMAL else { throw Failure(description: "broker: login refused") }
        amqp_channel_open(connection, 1)
        try check(connection, "channel")
        return connection
    }

    private func close(_ connection: amqp_connection_state_t) {
        amqp_connection_close(connection, 200)
        amqp_destroy_connection(connection)
    }

    private func check(_ connection: amqp_connection_state_t, _ call: String) throws(Failure) {
        guard amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL else {
            throw Failure(description: "broker: \(call) failed")
        }
    }

    private func take(from connection: amqp_connection_state_t) throws(Failure) -> ([UInt64], [[UInt8]]) {
        var tags: [UInt64] = []
        var bodies: [[UInt8]] = []
        amqp_maybe_release_buffers(connection)
        while tags.count < batch {
            var envelope = amqp_envelope_t()
            // Waits for the first, takes what is there of the others.
            var timeout = timeval(tv_sec: tags.isEmpty ? 5 : 0, tv_usec: 0)
            let reply = amqp_consume_message(connection, &envelope, &timeout, 0)
            if reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION, reply.library_error == AMQP_STATUS_TIMEOUT.rawValue
            {
                if tags.isEmpty { throw Failure(description: "broker: no request within 5 s") }
                break
            }
            guard reply.reply_type == AMQP_RESPONSE_NORMAL else {
                throw Failure(description: "broker: consuming failed")
            }
            tags.append(envelope.delivery_tag)
            let body = envelope.message.body
            bodies.append(Array(UnsafeRawBufferPointer(start: body.bytes, count: body.len)))
            amqp_destroy_envelope(&envelope)
        }
        return (tags, bodies)
    }

    private func publish(
        _ bodies: [[UInt8]],
        _ connection: amqp_connection_state_t,
        after published: UInt64
    ) throws(Failure) -> UInt64 {
        var properties = amqp_basic_properties_t()
        properties._flags = UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG) | UInt32(AMQP_BASIC_CONTENT_TYPE_FLAG)
        properties.delivery_mode = 2
        properties.content_type = amqp_cstring_bytes("application/json")
        for body in bodies {
            let status = body.withUnsafeBytes { bytes in
                amqp_basic_publish(
                    connection,
                    1,
                    amqp_cstring_bytes(eventExchange),
                    amqp_cstring_bytes(eventKey),
                    0,
                    0,
                    &properties,
                    amqp_bytes_t(len: bytes.count, bytes: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
                )
            }
            guard status == 0 else { throw Failure(description: "broker: publishing failed (\(status))") }
        }
        let target = published + UInt64(bodies.count)
        var confirmed = published
        while confirmed < target {
            var frame = amqp_frame_t()
            guard amqp_simple_wait_frame(connection, &frame) == 0 else {
                throw Failure(description: "broker: no confirm")
            }
            guard frame.frame_type == AMQP_FRAME_METHOD, frame.payload.method.id == AMQP_BASIC_ACK_METHOD,
                let ack = frame.payload.method.decoded?.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
            else { throw Failure(description: "broker: unexpected frame instead of a confirm") }
            confirmed = ack.multiple != 0 ? max(confirmed, ack.delivery_tag) : confirmed + 1
        }
        amqp_maybe_release_buffers(connection)
        return target
    }
}

func monotonic() -> Double { seconds(CLOCK_MONOTONIC) }

func threadCPU() -> Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

private func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
