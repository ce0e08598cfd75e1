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
        let end = try await connect(to: addresses, through: loop, by: deadline) { address, timeout, connectTimeout in
            TransferOrder(
                url: "\(relay)/\(relay.sender.domain)",
                address: address,
                guarding: .none,
                content: .mail(envelope, relay),
                timeout: timeout,
                connectTimeout: connectTimeout
            )
        }
        let (address, result) = end
        if let failure = result.mailFailure(isTLS: relay.security == .tls, limit: envelope.timeout) {
            throw failure.at(address)
        }
        return MailReceipt(
            reply: result.answer.replies.last ?? "",
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
        if let last = answer.replies.last, let status = Int(last.prefix(3)), (400...599).contains(status),
            code != CURLE_USE_SSL_FAILED, code != CURLE_OPERATION_TIMEDOUT
        {
            return CourierFailure(.refusedMail, "the relay says: \(last)", status: status)
        }
        return failure(of: isTLS, limit: limit)
    }
}

extension AnswerBuffer {
    /// The relay answers each RCPT in order; then comes 354, which asks for the text, and the last reply.
    fileprivate func refusedRecipients(of recipients: [String]) -> [(recipient: String, reply: String)] {
        guard let go = replies.lastIndex(where: { $0.hasPrefix("354") }), go >= recipients.count else { return [] }
        return zip(recipients, replies[(go - recipients.count)..<go]).filter { !$0.1.hasPrefix("2") }
            .map { (recipient: $0.0, reply: $0.1) }
    }
}
