internal import CRabbitMQ
internal import Glibc

/// One connection of librabbitmq. Not thread-safe, like the library: an actor with its own thread owns it.
///
/// After any error but a closed channel it must be thrown away; its `deinit` frees it without a word to the broker.
final class BrokerConnection {
    static var libraryVersion: String { String(cString: amqp_version()) }

    let handle: amqp_connection_state_t
    let descriptor: Int32
    let host: MessagingConfiguration.Host
    private let callGuard: CallGuard
    private var channels: Set<UInt16> = []

    /// Connects and logs in.
    convenience init(
        _ host: MessagingConfiguration.Host,
        _ configuration: MessagingConfiguration,
        name: String,
        callGuard: CallGuard
    ) throws(MessagingError) {
        guard let handle = amqp_new_connection() else {
            throw MessagingError(.connectionFailed, "out of memory", call: "connect \(host)")
        }
        do throws(MessagingError) {
            let login = BrokerLogin(handle: handle, host: host, configuration: configuration, name: name)
            let descriptor = try login.openSocket()
            callGuard.protect(descriptor)
            try login.logIn()
            self.init(handle: handle, descriptor: descriptor, host: host, callGuard: callGuard)
        } catch {
            callGuard.protect(-1)
            amqp_destroy_connection(handle)
            throw error
        }
    }

    private init(
        handle: amqp_connection_state_t,
        descriptor: Int32,
        host: MessagingConfiguration.Host,
        callGuard: CallGuard
    ) {
        self.handle = handle
        self.descriptor = descriptor
        self.host = host
        self.callGuard = callGuard
    }

    deinit {
        callGuard.protect(-1)
        amqp_destroy_connection(handle)
    }

    /// Takes the next frame that is there, without waiting. Frames stay valid until ``releaseBuffers()``.
    ///
    /// Heartbeats are sent and checked in here: call it at least every second.
    func nextFrame(_ frame: inout amqp_frame_t) throws(MessagingError) -> Bool {
        var immediately = timeval(tv_sec: 0, tv_usec: 0)
        let status = amqp_simple_wait_frame_noblock(handle, &frame, &immediately)
        if status == AMQP_STATUS_OK.rawValue { return true }
        if status == AMQP_STATUS_TIMEOUT.rawValue { return false }
        throw MessagingError(library: status, call: "receive")
    }

    /// Whether frames wait in the library's own memory, where the socket does not show them.
    var hasBufferedFrames: Bool { amqp_frames_enqueued(handle) != 0 || amqp_data_in_buffer(handle) != 0 }

    /// Frees the memory of frames taken; their pointers die.
    func releaseBuffers() { amqp_maybe_release_buffers(handle) }

    /// Whether the socket would take more now. The library itself would wait, without limit.
    var isWritable: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// Opens the lowest free channel.
    func openChannel() throws(MessagingError) -> UInt16 {
        let limit = amqp_get_channel_max(handle)
        var number: UInt16 = 1
        while channels.contains(number) { number += 1 }
        guard limit == 0 || Int(number) <= Int(limit) else {
            throw MessagingError(.refused, "all \(limit) channels are in use", call: "channel.open")
        }
        channels.insert(number)
        try request("channel.open", channel: number) { amqp_channel_open(handle, number) != nil }
        return number
    }

    func closeChannel(_ number: UInt16) throws(MessagingError) {
        guard channels.contains(number) else { return }
        let reply = amqp_channel_close(handle, number, AMQP_REPLY_SUCCESS)
        channels.remove(number)
        try check(reply, "channel.close", channel: number)
    }

    /// The broker has closed the channel; says so and forgets it.
    func confirmClosedChannel(_ number: UInt16) throws(MessagingError) {
        channels.remove(number)
        var reply = amqp_channel_close_ok_t()
        try send("channel.close-ok") { amqp_send_method(handle, number, AMQP_CHANNEL_CLOSE_OK_METHOD, &reply) }
    }

    /// One request whose answer the library waits for, ``MessagingConfiguration/rpcTimeout`` at most.
    func request(_ call: String, channel: UInt16, _ body: () -> Bool) throws(MessagingError) {
        callGuard.enter()
        if body() { return }
        try check(amqp_get_rpc_reply(handle), call, channel: channel)
    }

    /// One method without answer.
    func send(_ call: String, _ body: () -> Int32) throws(MessagingError) {
        let status = body()
        if status != AMQP_STATUS_OK.rawValue { throw MessagingError(library: status, call: call) }
    }

    /// Says good-bye.
    func close() {
        callGuard.enter()
        _ = amqp_connection_close(handle, AMQP_REPLY_SUCCESS)
        callGuard.leave()
    }

    /// Throws what a reply says went wrong.
    func check(_ reply: amqp_rpc_reply_t, _ call: String, channel: UInt16) throws(MessagingError) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION where reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD:
            let error = MessagingError(channelClose: reply.reply, call: call)
            try confirmClosedChannel(channel)
            throw error
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw MessagingError(connectionClose: reply.reply, call: call)
        default: throw MessagingError(library: reply.library_error, call: call)
        }
    }
}
