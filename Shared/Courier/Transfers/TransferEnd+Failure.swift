internal import CCurl

extension TransferEnd {
    private var code: CURLcode? {
        if case .library(let number) = cause { CURLcode(rawValue: UInt32(bitPattern: number)) } else { nil }
    }

    /// Whether nothing was sent because no connection could be made.
    var mayTryNextAddress: Bool {
        guard !isConnected, refusal == nil else { return false }
        return code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT
    }

    /// What the end means; `nil` when there is an answer.
    /// - Parameters:
    ///   - isTLS: whether TLS belongs to a connection.
    ///   - limit: what the caller gave in all.
    func failure(of isTLS: Bool, limit: Duration) -> CourierFailure? {
        switch cause {
        case .cancelled: return CourierFailure(.cancelled, "the caller was cancelled")
        case .stopped: return CourierFailure(.stopped, "the courier was shut down")
        case .overloaded: return CourierFailure(.overloaded, text)
        case .broken: return CourierFailure(.invalidRequest, text)
        case .library: return libraryFailure(isTLS, limit)
        }
    }

    private func libraryFailure(_ isTLS: Bool, _ limit: Duration) -> CourierFailure? {
        if let refusal { return CourierFailure(.refusedAddress, refusal) }
        let begun = status > 0 ? status : nil
        guard let code, code != CURLE_OK else { return nil }
        // What we did not want to read further is an answer all the same.
        if code == CURLE_WRITE_ERROR, answer.isCut, status > 0 { return nil }
        switch code {
        case CURLE_WRITE_ERROR where answer.isTooLarge:
            return CourierFailure(.tooLarge, "the head of the answer is too large", status: begun)
        case CURLE_OUT_OF_MEMORY where isConnected:
            // What it says of a header line longer than 100 KB.
            return CourierFailure(.tooLarge, "the head of the answer is too large", status: begun)
        case CURLE_OPERATION_TIMEDOUT: return CourierFailure(.timedOut, timedOut(isTLS, limit), status: begun)
        case CURLE_COULDNT_CONNECT: return CourierFailure(.unreachable, text)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_USE_SSL_FAILED:
            return CourierFailure(.tls, text)
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
            return CourierFailure(.cut, text, status: begun)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            return CourierFailure(.badAnswer, text, status: begun)
        default: return CourierFailure(isConnected ? .cut : .unreachable, text, status: begun)
        }
    }

    private func timedOut(_ isTLS: Bool, _ limit: Duration) -> String {
        if !isConnected { return "no connection: \(text)" }
        if isTLS, !isSecured { return "TLS was not agreed on in time: \(text)" }
        if status == 0 { return "no answer within \(limit.shown)" }
        return "the answer had begun (\(status)) but did not end within \(limit.shown)"
    }
}
