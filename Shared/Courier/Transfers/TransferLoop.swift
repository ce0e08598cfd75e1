internal import CCurl
internal import IOThread
internal import Synchronization

/// Runs transfers through one engine of libcurl, on one thread of its own.
actor TransferLoop {
    nonisolated let thread: IOThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    private nonisolated let lastID = Atomic<UInt64>(0)
    private nonisolated let limits: TransferLimits

    private var multi: CurlMulti?
    private var isClosed = false
    private var active: [UInt64: Transfer] = [:]
    private var begun = 0
    /// Handles to use again: setting one up anew costs more than resetting it.
    private var spare: [UnsafeMutableRawPointer] = []

    init(name: String, limits: TransferLimits) {
        thread = IOThread(name: name)
        self.limits = limits
    }

    deinit { thread.stop() }

    /// Runs a transfer to its end; a cancelled task ends it at once.
    nonisolated func run(_ order: TransferOrder) async -> TransferEnd {
        let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
        let flag = CancellationFlag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAccepted = submit { $0.start(order, id, flag, continuation) }
                if !isAccepted { continuation.resume(returning: TransferEnd(cause: .stopped)) }
            }
        } onCancel: {
            // Set first: a start that does not see it comes before what is submitted here.
            flag.set()
            submit { $0.cancel(id) }
        }
    }

    /// Ends all transfers, closes all connections and lets the thread end.
    nonisolated func shutDown() async {
        await withCheckedContinuation { continuation in
            let isAccepted = submit {
                $0.endAll()
                continuation.resume()
                $0.close()
            }
            if isAccepted { thread.stop() } else { continuation.resume() }
        }
    }

    /// The same without waiting, for when nobody can use it any more.
    nonisolated func abandon() {
        submit {
            $0.endAll()
            $0.close()
        }
        thread.stop()
    }

    /// Transfers begun since the start and under way now, and handles kept for the next ones.
    var tally: (begun: Int, active: Int, spare: Int) { (begun, active.count, spare.count) }

    @discardableResult
    private nonisolated func submit(_ body: @escaping @Sendable (isolated TransferLoop) -> Void) -> Bool {
        thread.perform { self.assumeIsolated { body($0) } }
    }

    private func start(
        _ order: TransferOrder,
        _ id: UInt64,
        _ flag: CancellationFlag,
        _ continuation: CheckedContinuation<TransferEnd, Never>
    ) {
        guard !isClosed else { return continuation.resume(returning: TransferEnd(cause: .stopped)) }
        guard !flag.isSet else { return continuation.resume(returning: TransferEnd(cause: .cancelled)) }
        guard active.count < limits.transfers else {
            let text = "\(limits.transfers) transfers are under way"
            return continuation.resume(returning: TransferEnd(cause: .overloaded, text: text))
        }
        guard let multi = engine(), let easy = spare.popLast() ?? curl_easy_init() else {
            return continuation.resume(returning: TransferEnd(cause: .broken, text: "libcurl could not be set up"))
        }
        let transfer = Transfer(id: id, order: order, easy: easy, continuation: continuation)
        if let failure = transfer.prepare(authorities: limits.authorities, idleTime: limits.idleTime) {
            recycle(easy)
            return transfer.finish(TransferEnd(cause: .broken, text: failure))
        }
        active[id] = transfer
        begun += 1
        multi.keep(beside: active.count)
        let code = curl_multi_add_handle(multi.handle, easy)
        if code != CURLM_OK {
            let text = String(cString: curl_multi_strerror(code))
            end(transfer, TransferEnd(cause: .broken, text: text))
        }
    }

    private func cancel(_ id: UInt64) {
        guard let transfer = active[id] else { return }
        end(transfer, TransferEnd(cause: .cancelled))
    }

    /// Takes the transfer from libcurl, then tells its caller: from here on no callback can come.
    private func end(_ transfer: Transfer, _ result: TransferEnd) {
        active[transfer.id] = nil
        if let multi {
            curl_multi_remove_handle(multi.handle, transfer.easy)
            multi.keep(beside: active.count)
        }
        recycle(transfer.easy)
        transfer.finish(result)
    }

    private func recycle(_ easy: UnsafeMutableRawPointer) {
        curl_easy_reset(easy)
        if spare.count < limits.spareHandles, !isClosed { spare.append(easy) } else { curl_easy_cleanup(easy) }
    }

    private func engine() -> CurlMulti? {
        if multi == nil {
            multi = CurlMulti(
                on: thread,
                idleConnections: limits.idleConnections,
                ready: { [weak self] descriptor in self?.assumeIsolated { $0.advance(descriptor) } },
                due: { [weak self] in self?.assumeIsolated { $0.advance(CURL_SOCKET_BAD) } }
            )
        }
        return multi
    }

    /// Lets libcurl go on with one socket, or with what is due, and collects what has ended.
    private func advance(_ descriptor: Int32) {
        guard let multi else { return }
        var running: Int32 = 0
        // 0: libcurl looks itself what the socket is ready for.
        curl_multi_socket_action(multi.handle, descriptor, 0, &running)
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.handle, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            var pointer: UnsafeMutableRawPointer?
            busbar_curl_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
            guard let transfer = active[UInt64(UInt(bitPattern: pointer))] else { continue }
            end(transfer, transfer.end(code))
        }
    }

    private func endAll() {
        isClosed = true
        for transfer in Array(active.values) { end(transfer, TransferEnd(cause: .stopped)) }
    }

    private func close() {
        for easy in spare { curl_easy_cleanup(easy) }
        spare = []
        multi?.close()
        multi = nil
    }
}

/// What a ``TransferLoop`` may hold.
struct TransferLimits: Sendable {
    var transfers: Int
    var idleConnections: Int
    var idleTime: Duration
    /// A file with the certificate authorities to trust; `nil` for the system's.
    var authorities: String?
    var spareHandles = 64
}

/// Says across threads that a task was cancelled.
private final class CancellationFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }
}
