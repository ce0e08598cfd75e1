internal import CCurl
internal import Glibc
internal import Webhooks

/// One transfer while it runs, and the memory that libcurl reads and writes for it. Not thread-safe.
///
/// libcurl holds a bare pointer to it from ``prepare(authorities:)`` until the handle is reset or freed; whoever owns it
/// removes the handle from the engine, resets it, and only then lets go.
final class Transfer {
    let id: UInt64
    let order: TransferOrder
    let easy: UnsafeMutableRawPointer
    private let continuation: CheckedContinuation<TransferEnd, Never>
    private let errorText: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var mime: OpaquePointer?
    fileprivate var answer = AnswerBuffer()
    fileprivate var refusal: String?

    init(
        id: UInt64,
        order: TransferOrder,
        easy: UnsafeMutableRawPointer,
        continuation: CheckedContinuation<TransferEnd, Never>
    ) {
        self.id = id
        self.order = order
        self.easy = easy
        self.continuation = continuation
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        for list in lists { curl_slist_free_all(list) }
        if let mime { curl_mime_free(mime) }
        errorText.deallocate()
    }

    var isMail: Bool { if case .mail = order.content { true } else { false } }

    /// Tells the caller; to be called once.
    func finish(_ end: TransferEnd) { continuation.resume(returning: end) }

    /// What libcurl says at the end, while the handle still knows.
    func end(_ code: CURLcode) -> TransferEnd {
        var status = 0
        var connected: curl_off_t = 0
        var secured: curl_off_t = 0
        busbar_curl_get_number(easy, CURLINFO_RESPONSE_CODE, &status)
        busbar_curl_get_offset(easy, CURLINFO_CONNECT_TIME_T, &connected)
        busbar_curl_get_offset(easy, CURLINFO_APPCONNECT_TIME_T, &secured)
        let detail = String(cString: errorText)
        return TransferEnd(
            cause: .library(Int32(bitPattern: code.rawValue)),
            text: detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail,
            status: status,
            isConnected: connected > 0,
            isSecured: secured > 0,
            answer: answer,
            refusal: refusal
        )
    }

    /// Sets everything on the handle, which must be new or reset.
    /// - Parameter authorities: a file with the certificate authorities to trust; `nil` for the system's.
    /// - Returns: what libcurl would not take.
    func prepare(authorities: String?, idleTime: Duration) -> String? {
        var options = EasyOptions(easy)
        let context = Unmanaged.passUnretained(self).toOpaque()
        options.set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))
        options.set(CURLOPT_PRIVATE, UnsafeMutableRawPointer(bitPattern: UInt(id)))
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_URL, order.url)
        // Whatever the environment says: a proxy would connect to addresses that nobody judged.
        options.set(CURLOPT_PROXY, "")
        options.set(CURLOPT_CONNECT_TO, list(["::\(TargetURL.Host.address(order.address)):"]))
        options.set(CURLOPT_OPENSOCKETDATA, context)
        options.setOpenSocket(openSocket)
        options.set(CURLOPT_WRITEDATA, context)
        options.setData(CURLOPT_WRITEFUNCTION, takeBody)
        options.set(CURLOPT_HEADERDATA, context)
        options.setData(CURLOPT_HEADERFUNCTION, takeLine)
        options.set(CURLOPT_BUFFERSIZE, 16 * 1024)
        options.set(CURLOPT_TIMEOUT_MS, order.timeout.atLeastOneMillisecond)
        options.set(CURLOPT_CONNECTTIMEOUT_MS, order.connectTimeout.atLeastOneMillisecond)
        options.set(CURLOPT_MAXAGE_CONN, Int(idleTime.components.seconds))
        options.set(CURLOPT_MAXLIFETIME_CONN, 600)
        options.set(CURLOPT_SSL_VERIFYPEER, 1)
        options.set(CURLOPT_SSL_VERIFYHOST, 2)
        options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // Authorities that come of one file are read once and kept; reading them takes longer than a handshake.
        options.unset(CURLOPT_CAPATH)
        if let authorities { options.set(CURLOPT_CAINFO, authorities) }
        switch order.content {
        case .post(let headers, let body): setPost(headers, body, &options)
        case .mail(let envelope, let relay): setMail(envelope, relay, &options)
        }
        return options.failure
    }

    private func setPost(_ headers: [String], _ body: [UInt8], _ options: inout EasyOptions) {
        options.set(CURLOPT_PROTOCOLS_STR, "http,https")
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        options.set(CURLOPT_PATH_AS_IS, 1)
        options.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        options.set(CURLOPT_POST, 1)
        options.setBody(body)
        options.set(CURLOPT_HTTPHEADER, list(headers))
    }

    private func setMail(_ envelope: MailEnvelope, _ relay: SMTPRelay, _ options: inout EasyOptions) {
        options.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        options.set(CURLOPT_USE_SSL, Int((relay.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL).rawValue))
        if let user = relay.user, let password = relay.password {
            options.set(CURLOPT_USERNAME, user)
            options.set(CURLOPT_PASSWORD, password)
        }
        options.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, 30)
        options.set(CURLOPT_MAIL_FROM, "<\(relay.sender.address)>")
        options.set(CURLOPT_MAIL_RCPT, list(envelope.recipients.map { "<\($0.address)>" }))
        options.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1)
        options.set(CURLOPT_HTTPHEADER, list(envelope.headerLines(from: relay.sender)))
        mime = envelope.mime(for: easy)
        guard let mime else { return options.fail(CURLE_OUT_OF_MEMORY, CURLOPT_MIMEPOST) }
        options.set(CURLOPT_MIMEPOST, UnsafeMutableRawPointer(mime))
    }

    /// A list in the library's memory, which goes with the transfer.
    private func list(_ lines: [String]) -> UnsafeMutableRawPointer? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else { break }
            list = longer
        }
        if let list { lists.append(list) }
        return UnsafeMutableRawPointer(list)
    }
}

extension Duration {
    /// Zero means "for ever" to libcurl.
    fileprivate var atLeastOneMillisecond: Int { max(1, Int(self / .milliseconds(1))) }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private func bytes(_ start: UnsafeMutablePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self), count: count)
}

private func takeBody(
    _ start: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    transfer(context)?.answer.take(bytes(start, size * count)) == true ? size * count : 0
}

private func takeLine(
    _ start: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let transfer = transfer(context) else { return 0 }
    return transfer.answer.takeLine(bytes(start, size * count), isMail: transfer.isMail) ? size * count : 0
}

/// The second net: whatever led libcurl here, no socket is made for an address that was not judged.
private func openSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ target: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let transfer = transfer(context), let target else { return -1 }
    let address = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { buffer -> IPAddress? in
        let count = busbar_curl_address(target, buffer.baseAddress)
        return IPAddress(bytes: buffer.prefix(Int(count)))
    }
    guard let address else {
        transfer.refusal = "the address is neither of IPv4 nor of IPv6"
        return -1
    }
    if let refusal = transfer.order.refusal(of: address) {
        transfer.refusal = refusal
        return -1
    }
    let type = target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(target.pointee.family, type, target.pointee.protocol)
}
