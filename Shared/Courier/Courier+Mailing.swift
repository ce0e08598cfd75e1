internal import CCurl
internal import Webhooks

extension Courier {
    /// Hands a mail to the relay.
    ///
    /// Recipients that the relay does not take are listed in the receipt, as long as it takes one of them.
    /// - Throws: why the relay has not taken it; with ``CourierFailure/Code/refusedMail``, a
    ///   ``CourierFailure/status`` of 400…499 may pass, 500…599 will not.
    public func mail(_ envelope: MailEnvelope) async throws(CourierFailure) -> MailReceipt {
        let start = ContinuousClock.now
        do throws(CourierFailure) {
            return try await mail(envelope, from: start)
        } catch {
            var failure = error
            failure.latency = .now - start
            throw failure
        }
    }

    private func mail(
        _ envelope: MailEnvelope,
        from start: ContinuousClock.Instant
    ) async throws(CourierFailure) -> MailReceipt {
        guard let relay = configuration.relay, let loop = post else {
            throw CourierFailure(.invalidRequest, "no mail relay is configured")
        }
        do throws(MailError) {
            try envelope.check()
        } catch {
            throw CourierFailure(.invalidRequest, error.description)
        }
        let deadline = start + envelope.timeout
        let addresses: [IPAddress]
        if let address = IPAddress(relay.host) {
            addresses = [address]
        } else {
            addresses = try await self.addresses(of: relay.host, by: deadline)
        }
        let errand = Errand(
            host: relay.host,
            url: "\(relay)/\(relay.sender.domain)",
            guarding: .none,
            content: .mail(envelope, relay),
            deadline: deadline,
            // Greeting and login belong to it, and relays let strangers wait for their greeting.
            connectTimeout: max(configuration.connectTimeout, envelope.timeout * 2 / 3)
        )
        let (address, result) = try await run(errand, at: addresses, through: loop)
        if let failure = result.mailFailure(isTLS: relay.security == .tls, limit: envelope.timeout) {
            throw failure.at(address)
        }
        return MailReceipt(
            reply: result.answer.lastWord,
            refused: result.answer.refusedRecipients(of: envelope.recipients.map(\.address)),
            address: address.description,
            latency: .now - start
        )
    }
}

extension TransferEnd {
    /// The relay's refusals in its own words; all else as for webhooks.
    fileprivate func mailFailure(isTLS: Bool, limit: Duration) -> CourierFailure? {
        guard case .library(let number) = cause, number != 0 else { return failure(of: isTLS, limit: limit) }
        let code = CURLcode(rawValue: UInt32(bitPattern: number))
        if code == CURLE_OPERATION_TIMEDOUT {
            let last = answer.replies.last.map { "; the relay's last word was: \($0)" } ?? ""
            return CourierFailure(.timedOut, text + last)
        }
        // The very last may be the answer to our good-bye.
        if let refusal = answer.replies.last(where: { ["4", "5"].contains($0.prefix(1)) }),
            code != CURLE_USE_SSL_FAILED
        {
            return CourierFailure(.refusedMail, "the relay says: \(refusal)", status: Int(refusal.prefix(3)))
        }
        return failure(of: isTLS, limit: limit)
    }
}

extension AnswerBuffer {
    /// What the relay said when it had the whole text.
    fileprivate var lastWord: String {
        guard let go = replies.lastIndex(where: { $0.hasPrefix("354") }), go + 1 < replies.count else { return "" }
        return replies[go + 1]
    }

    /// The relay answers each RCPT in order; then comes 354, which asks for the text, and the last reply.
    fileprivate func refusedRecipients(of recipients: [String]) -> [(recipient: String, reply: String)] {
        guard let go = replies.lastIndex(where: { $0.hasPrefix("354") }), go >= recipients.count else { return [] }
        return zip(recipients, replies[(go - recipients.count)..<go]).filter { !$0.1.hasPrefix("2") }
            .map { (recipient: $0.0, reply: $0.1) }
    }
}
