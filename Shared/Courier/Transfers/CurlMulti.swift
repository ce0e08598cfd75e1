internal import CCurl
internal import Glibc
internal import IOThread

/// libcurl's engine for many transfers, driven by an ``IOThread``: it says which sockets to watch and when to come back.
///
/// Not thread-safe, like the library: an actor with its own thread owns it. ``close()`` must be called on that thread.
final class CurlMulti {
    let handle: UnsafeMutableRawPointer
    private let thread: IOThread
    private let idleConnections: Int
    private let ready: @Sendable (Int32) -> Void
    private let due: @Sendable () -> Void

    /// - Parameters:
    ///   - idleConnections: how many are kept at most; see ``keep(beside:)``.
    ///   - ready: a socket can be read or written.
    ///   - due: the time has come that libcurl asked for.
    init?(
        on thread: IOThread,
        idleConnections: Int,
        ready: @escaping @Sendable (Int32) -> Void,
        due: @escaping @Sendable () -> Void
    ) {
        guard globalCode == CURLE_OK, let handle = curl_multi_init() else { return nil }
        self.handle = handle
        self.thread = thread
        self.idleConnections = idleConnections
        self.ready = ready
        self.due = due
        // The engine is closed before this object goes, so that libcurl never holds a pointer to nothing.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let codes = [
            busbar_curl_multi_set_callbacks(handle, askToWatch, askForAlarm, context),
            busbar_curl_multi_set_number(handle, CURLMOPT_PIPELINING, CURLPIPE_NOTHING),
        ]
        guard codes.allSatisfy({ $0 == CURLM_OK }) else {
            curl_multi_cleanup(handle)
            return nil
        }
    }

    /// Libcurl's limit is for the connections in use and those kept together; without this, many that hang would leave no
    /// room to keep any.
    func keep(beside active: Int) {
        busbar_curl_multi_set_number(handle, CURLMOPT_MAXCONNECTS, idleConnections + active)
    }

    /// Closes all connections; every transfer must have been removed.
    func close() {
        curl_multi_cleanup(handle)
        thread.cancelAlarm()
    }

    fileprivate func watch(_ descriptor: Int32, _ what: Int32) {
        var interest: IOThread.Interest = []
        if what & CURL_POLL_IN != 0 { interest.insert(.read) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.write) }
        if interest.isEmpty || what == CURL_POLL_REMOVE {
            thread.unwatch(descriptor)
        } else {
            thread.watch(descriptor, for: interest) { [ready] in ready(descriptor) }
        }
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        if milliseconds < 0 {
            thread.cancelAlarm()
        } else {
            thread.alarm(after: .milliseconds(milliseconds), due)
        }
    }
}

/// Once for the process; the library is built to be safe for threads here.
private let globalCode: CURLcode = {
    // TLS may write to a connection that the other side has closed.
    signal(SIGPIPE, SIG_IGN)
    return curl_global_init(Int(CURL_GLOBAL_SSL))
}()

/// Called by libcurl inside calls that the thread makes.
private func askToWatch(
    _ easy: UnsafeMutableRawPointer?,
    _ descriptor: curl_socket_t,
    _ what: Int32,
    _ context: UnsafeMutableRawPointer?,
    _ own: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return -1 }
    Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().watch(descriptor, what)
    return 0
}

private func askForAlarm(
    _ multi: UnsafeMutableRawPointer?,
    _ milliseconds: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return -1 }
    Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
    return 0
}
